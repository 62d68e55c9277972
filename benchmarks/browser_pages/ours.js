// The page around albert-web's own worker, as `albert-tf export --web` ships it.
import {WorkerModel} from '../../web_demo/src/client.js';

const model = new WorkerModel(new Worker('worker.js'));

window.answer = async text => {
  const {tokens, scores} = await model.answer(text);
  return {tokens, probabilities: scores.map(each => each.probability)};
};
const wasm = 'wasm/litert_wasm_compat_internal';
window.ready = model.load({file: 'model.tflite', wasm: `${wasm}.js`, wasmBinary: `${wasm}.wasm.gz`, tables: './'});
