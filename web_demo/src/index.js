/** albert-web: answers texts with a .tflite file of albert_tf, in a page, a worker or Node. */
export {WorkerModel} from './client.js';
export {ModelFileError} from './errors.js';
export {TextModel} from './model.js';
