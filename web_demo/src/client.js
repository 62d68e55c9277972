import {ModelFileError} from './errors.js';

/**
 * A model in a worker: the same answers as `TextModel` gives, and a page that never stalls.
 *
 * ```js
 * const model = new WorkerModel(new Worker('worker.js'));
 * await model.load({file: 'reviews.tflite', wasm: 'wasm/', tables: './'});
 * input.oninput = async () => {
 *   const answer = await model.latest(input.value);
 *   if (answer) show(answer);
 * };
 * ```
 */
export class WorkerModel {
  #worker;
  #waiting = new Map();
  #calls = 0;
  #newest = 0;
  #isBusy = false;
  #next = null;

  /** @param {Worker} worker of this package's `worker.js`. */
  constructor(worker) {
    this.#worker = worker;
    worker.onmessage = ({data: {id, found, failed}}) => {
      const {resolve, reject} = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (failed) reject(errorOf(failed));
      else resolve(found);
    };
    worker.onerror = event => {
      for (const {reject} of this.#waiting.values()) reject(new Error(event.message ?? 'the worker cannot be started'));
      this.#waiting.clear();
    };
  }

  /**
   * Loads a file, in place of the one before; where that fails, the one before stays.
   *
   * @param {object} source as `TextModel.load` takes it: `file`, an `ArrayBuffer` or a URL; `name`; `wasm`; `wasmBinary`;
   *   `tables`; and `threads`. URLs are those of the page.
   * @returns {Promise<object>} `TextModel.facts` of it.
   * @throws {ModelFileError} when the file cannot be used.
   */
  load(source) {
    const absolute = each => (typeof each === 'string' && !each.startsWith('data:') ? new URL(each, location.href).href : each);
    const {file, wasm, wasmBinary, tables} = source;
    const places = {file: absolute(file), wasm: absolute(wasm), wasmBinary: absolute(wasmBinary), tables: absolute(tables)};
    return this.#call('load', {...source, ...places});
  }

  /** Answers a text; see `TextModel.answer`. */
  answer(text, options) {
    return this.#call('answer', {text, options});
  }

  /** Where the tokens of a text stand in it; see `TextModel.tokens`. */
  tokens(text) {
    return this.#call('tokens', {text});
  }

  /**
   * Answers a text that is being typed: of texts that come faster than answers only the last is answered.
   *
   * @returns {Promise<object|null>} the answer; null where a later text has come.
   */
  async latest(text, options) {
    const mine = ++this.#newest;
    if (this.#isBusy) {
      this.#next?.(); // the one that waited so far is too old now
      await new Promise(resolve => (this.#next = resolve));
      if (mine !== this.#newest) return null;
    }
    this.#isBusy = true;
    try {
      const found = await this.answer(text, options);
      return mine === this.#newest ? found : null;
    } finally {
      this.#isBusy = false;
      const next = this.#next;
      this.#next = null;
      next?.();
    }
  }

  /** Ends the worker. */
  close() {
    this.#worker.terminate();
  }

  #call(call, given) {
    return new Promise((resolve, reject) => {
      const id = this.#calls++;
      this.#waiting.set(id, {resolve, reject});
      this.#worker.postMessage({id, call, given});
    });
  }
}

function errorOf({name, message, reason}) {
  if (name === 'ModelFileError') return new ModelFileError(message, reason);
  const error = new Error(message);
  error.name = name;
  return error;
}
