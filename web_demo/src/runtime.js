// LiteRT.js, loaded once: what runs the graphs.
import {loadAndCompile, loadLiteRt, Tensor} from '@litertjs/core';
import {fetched} from './fetched.js';

/** The version whose check of shapes is mended below; `npm install` brings exactly this one. */
const MENDED = '2.5.3';

/** The script that LiteRT.js takes for threads, of the folder that it is given. */
const THREADED = 'litert_wasm_threaded_internal.js';

let loading = null;

/**
 * Loads LiteRT's WebAssembly, once a page or worker.
 *
 * @param {object} options
 * @param {string} options.wasm the folder of the WebAssembly files, or its script, as a URL.
 * @param {string|URL|ArrayBuffer} [options.wasmBinary] the content of the `.wasm`, or its URL, packed by gzip or not; without it
 *   the script finds its own.
 * @param {boolean} options.threads whether to run on several, which needs a page that is cross-origin isolated.
 */
export function loadRuntime(options) {
  loading ??= start(options);
  return loading;
}

async function start({wasm, wasmBinary, threads}) {
  const litert = await withoutNewsOfGraphics(async () => {
    const failed = prepareModule(wasm, threads, wasmBinary && (await compiled(wasmBinary)));
    return Promise.race([loadLiteRt(wasm, {threads}), failed]);
  });
  // LiteRT.js 2.5.3 compares the shape of an input with that of the graph number by number, so that 13 tokens do not fit
  // a length of -1, which is any. The runtime beneath resizes by itself, and checks what fits.
  if (typeof litert.liteRtWasm.checkTensorBufferCompatible !== 'function') {
    throw new Error(
      `this LiteRT.js is not ${MENDED}, whose check of shapes albert-web mends; install @litertjs/core ${MENDED}`,
    );
  }
  litert.liteRtWasm.checkTensorBufferCompatible = () => {};
  return litert;
}

/** LiteRT.js asks for WebGPU when it is loaded, and warns where there is none; the graphs run on the processor. */
async function withoutNewsOfGraphics(load) {
  const {warn} = console;
  console.warn = (first, ...rest) => {
    if (!String(first).startsWith('Failed to create default WebGPU device')) warn.call(console, first, ...rest);
  };
  try {
    return await load();
  } finally {
    console.warn = warn;
  }
}

/**
 * Says how LiteRT's script is to load its WebAssembly.
 *
 * @param {string} wasm where its files are.
 * @param {boolean} threads whether it runs on several.
 * @param {WebAssembly.Module} [module] the compiled one, where it need not look for it.
 * @returns {Promise} which fails if the module cannot be started, and never ends otherwise.
 */
function prepareModule(wasm, threads, module) {
  const given = self.Module ?? {};
  const place = file => new URL(file, new URL(wasm, self.location.href)).href;
  return new Promise((_, fail) => {
    self.Module = {
      // In a worker it would look for its .wasm beside the worker's own script. One that it is given it need not find.
      locateFile: file => (given.wasmBinary || module ? file : place(file)),
      // Its threads are workers of its script, which in a worker it would take for the worker's own.
      ...(threads && {mainScriptUrlOrBlob: place(THREADED)}),
      ...given,
      // It tells six lines for each new length of a text as errors; what is neither news nor a warning still is one.
      printErr: line => {
        if (!/^(INFO|WARNING): /.test(line)) console.error(line);
      },
    };
    if (!module) return;
    self.Module.instantiateWasm = (imports, done) => {
      WebAssembly.instantiate(module, imports).then(instance => done(instance, module), fail);
      return {};
    };
  });
}

/**
 * Compiles WebAssembly.
 *
 * Not while it arrives (`compileStreaming`): the page then takes 30 MB more in Chromium, as `python -m benchmarks.browser` shows.
 *
 * @param {string|URL|ArrayBuffer} binary its content, or its URL. Packed by gzip or not: some servers unpack what they send.
 * @returns {Promise<WebAssembly.Module>}
 */
async function compiled(binary) {
  const given = binary instanceof ArrayBuffer ? binary : await (await fetched(binary, String(binary))).arrayBuffer();
  const [first, second] = new Uint8Array(given);
  if (first !== 0x1f || second !== 0x8b) return WebAssembly.compile(given);
  const unpacked = new Response(given).body.pipeThrough(new DecompressionStream('gzip'));
  return WebAssembly.compile(await new Response(unpacked).arrayBuffer());
}

/** A graph that was compiled, with tensors in and out. */
export class Graph {
  #compiled;

  constructor(compiled) {
    this.#compiled = compiled;
  }

  /**
   * Compiles the graph of a file.
   *
   * @param {Uint8Array} file its content; what stands behind the graph is passed over.
   */
  static async compile(file) {
    return new Graph(await loadAndCompile(file, {accelerator: 'wasm'}));
  }

  /**
   * Runs it once.
   *
   * @param {Object<string, {values: Int32Array|Float32Array, shape: number[]}>} inputs by name.
   * @returns {Promise<Object<string, {values: Float32Array|Int32Array, shape: number[]}>>} outputs by name.
   */
  async run(inputs) {
    const tensors = {};
    try {
      for (const [name, {values, shape}] of Object.entries(inputs)) tensors[name] = new Tensor(values, shape);
      const outputs = {};
      for (const [name, tensor] of Object.entries(await this.#compiled.run(tensors))) {
        outputs[name] = {values: tensor.toTypedArray().slice(), shape: Array.from(tensor.type.layout.dimensions)};
        tensor.delete();
      }
      return outputs;
    } finally {
      for (const tensor of Object.values(tensors)) tensor.delete(); // the heap of WebAssembly collects no garbage
    }
  }

  /** Frees what it holds. */
  close() {
    this.#compiled.delete();
  }
}
