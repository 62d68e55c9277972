// The worker around a model, so that a page never stalls. A classic one: LiteRT.js loads its script with importScripts,
// which module workers refuse. Messages in: {id, call, given}; messages out: {id, found} or {id, failed}.
import {TextModel} from './model.js';

let model = null;

const CALLS = {
  /** Loads a file in place of the one before, which stays where that fails. */
  async load({file, name, wasm, wasmBinary, tables, threads}) {
    const next = await TextModel.load(typeof file === 'string' ? file : new Uint8Array(file), {
      wasm,
      wasmBinary,
      tables,
      threads,
      name,
    });
    model?.close();
    model = next;
    return model.facts();
  },
  answer: ({text, options}) => model.answer(text, options),
  tokens: ({text}) => model.tokens(text),
};

self.onmessage = async ({data: {id, call, given}}) => {
  try {
    self.postMessage({id, found: await CALLS[call](given)});
  } catch (error) {
    const {name, message, reason} = error;
    self.postMessage({id, failed: {name, message: message ?? String(error), reason}});
  }
};
