// For Node: LiteRT.js looks for a worker's globals, which are set here before it is loaded.
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import vm from 'node:vm';

const SCRIPT = 'litert_wasm_compat_internal'; // which needs nothing of a browser
const here = createRequire(import.meta.url);
const wasm = path.join(path.dirname(here.resolve('@litertjs/core')), '..', 'wasm');

globalThis.self = globalThis;
globalThis.importScripts = file => vm.runInThisContext(fs.readFileSync(pathOf(file), 'utf8'), {filename: pathOf(file)});
// The script was made for several places, and takes Node's module system where it sees Node.
Object.assign(globalThis, {require: here, __filename: fileURLToPath(import.meta.url), __dirname: wasm});
self.Module = {wasmBinary: fs.readFileSync(path.join(wasm, `${SCRIPT}.wasm`))};

const {ModelFileError, TextModel} = await import('./index.js');
export {ModelFileError, TextModel};

/** The tokenizer's tables, as `TextModel.load` takes them. */
export const unicode = new Uint8Array(fs.readFileSync(new URL('../build/tokenizer/unicode.txt', import.meta.url)));

/**
 * Loads a file.
 *
 * @param {string|Uint8Array} file its path, or its content.
 * @param {string} [name] what messages call it.
 * @returns {Promise<TextModel>}
 */
export function loadModel(file, name = file instanceof Uint8Array ? 'the file' : file) {
  const script = pathToFileURL(path.join(wasm, `${SCRIPT}.js`)).href;
  const content = file instanceof Uint8Array ? file : new Uint8Array(fs.readFileSync(file));
  return TextModel.load(content, {wasm: script, unicode, name});
}

function pathOf(file) {
  return String(file).startsWith('file:') ? fileURLToPath(file) : file;
}
