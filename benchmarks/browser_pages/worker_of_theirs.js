// What one would use instead: ONNX Runtime Web on one thread, and the tokenizer of transformers.js; in a worker too.
import {Tokenizer} from '@huggingface/tokenizers';
import * as ort from 'onnxruntime-web/wasm';

let session;
let tokenizer;

const CALLS = {
  async load() {
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = new URL('./', self.location.href).href;
    const rules = await (await fetch('tokenizer.json')).json();
    tokenizer = new Tokenizer(rules, {});
    const model = new Uint8Array(await (await fetch('model.onnx')).arrayBuffer());
    session = await ort.InferenceSession.create(model, {executionProviders: ['wasm'], graphOptimizationLevel: 'all'});
  },
  async answer(text) {
    const {ids} = tokenizer.encode(text);
    const shape = [1, ids.length];
    const row = value => new ort.Tensor('int32', Int32Array.from(ids, value), shape);
    const {logits} = await session.run({
      token_ids: row(id => id),
      segment_ids: row(() => 0),
      padding_mask: row(() => 1),
    });
    const powers = Array.from(logits.data, Math.exp);
    const sum = powers.reduce((a, b) => a + b);
    return {tokens: ids.length, probabilities: powers.map(power => power / sum)};
  },
};

self.onmessage = async ({data: {id, call, given}}) => {
  try {
    self.postMessage({id, found: await CALLS[call](given)});
  } catch (error) {
    self.postMessage({id, failed: String(error)});
  }
};
