// Where the page has its parts from: files beside it, or, in a page that is one file, what stands in it.

const decoded = async text => (await fetch(`data:application/octet-stream;base64,${text}`)).arrayBuffer();

/** The worker, and what `WorkerModel.load` takes. */
export async function parts() {
  const inline = window.ALBERT_WEB;
  const {name} = document.body.dataset;
  if (!inline) {
    const wasm = 'wasm/litert_wasm_compat_internal';
    const places = {file: 'model.tflite', wasm: `${wasm}.js`, wasmBinary: `${wasm}.wasm.gz`, tables: './'};
    return {worker: new Worker('worker.js'), source: {name, ...places}};
  }
  delete window.ALBERT_WEB; // so that the text of megabytes goes once it is decoded
  const script = new Blob([inline.litert, inline.worker], {type: 'text/javascript'});
  const [file, wasmBinary] = await Promise.all([inline.model, inline.wasm].map(decoded));
  const encoder = new TextEncoder();
  const tables = Object.fromEntries(Object.entries(inline.tables).map(([table, text]) => [table, encoder.encode(text)]));
  return {
    worker: new Worker(URL.createObjectURL(script)),
    // The runtime's script has run already, in front of the worker's own: an empty one is loaded in its place.
    source: {file, wasmBinary, tables, wasm: 'data:text/javascript,//.js', name},
  };
}
