// Where the page has its parts from: files beside it, or, in a page that is one file, what stands in it.

const decoded = async text => (await fetch(`data:application/octet-stream;base64,${text}`)).arrayBuffer();

/** The worker, and what `WorkerModel.load` takes. */
export async function parts() {
  const inline = window.ALBERT_WEB;
  const {name} = document.body.dataset;
  if (!inline) {
    const source = {name, file: 'model.tflite', wasm: 'wasm/litert_wasm_compat_internal.js', unicode: 'unicode.txt'};
    return {worker: new Worker('worker.js'), source};
  }
  delete window.ALBERT_WEB; // so that the text of megabytes goes once it is decoded
  const script = new Blob([inline.litert, inline.worker], {type: 'text/javascript'});
  const [file, wasmBinary, unicode] = await Promise.all([inline.model, inline.wasm, inline.unicode].map(decoded));
  return {
    worker: new Worker(URL.createObjectURL(script)),
    // The runtime's script has run already, in front of the worker's own: an empty one is loaded in its place.
    source: {file, wasmBinary, unicode, wasm: 'data:text/javascript,//.js', name},
  };
}
