// Builds what a page needs besides a model, for `albert_tf.web` to put a model to it.
import fs from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import {gzipSync} from 'fflate';

const web = path.resolve(import.meta.dirname, '..');
const out = path.resolve(process.argv[2] ?? path.join(web, '..', 'albert_tf', 'web', 'runtime'));
const core = path.join(web, 'node_modules', '@litertjs', 'core');
const MENDED = '2.5.3'; // as in src/runtime.js
const SCRIPT = 'litert_wasm_compat_internal'; // which all browsers of the last years can run

const {version} = JSON.parse(fs.readFileSync(path.join(core, 'package.json'), 'utf8'));
if (version !== MENDED) {
  throw new Error(`@litertjs/core is ${version}, and src/runtime.js mends ${MENDED}; see whether it is still right`);
}

const bundle = async entry => {
  const options = {bundle: true, minify: true, format: 'iife', target: 'es2022', write: false, legalComments: 'inline'};
  const {outputFiles} = await esbuild.build({...options, absWorkingDir: web, entryPoints: [entry]});
  return outputFiles[0].text;
};
const source = file => fs.readFileSync(path.join(web, file), 'utf8');

fs.rmSync(out, {recursive: true, force: true});
fs.mkdirSync(path.join(out, 'wasm'), {recursive: true});
fs.writeFileSync(path.join(out, 'app.js'), await bundle('page/app.js'));
fs.writeFileSync(path.join(out, 'worker.js'), await bundle('src/worker.js'));
fs.writeFileSync(path.join(out, 'index.html'), source('page/index.html').replace('/*STYLE*/', () => source('page/style.css')));
for (const table of ['unicode.txt', 'words.txt']) {
  fs.copyFileSync(path.join(web, 'build', 'tokenizer', table), path.join(out, table));
}
fs.copyFileSync(path.join(core, 'wasm', `${SCRIPT}.js`), path.join(out, 'wasm', `${SCRIPT}.js`));
// Packed, since few servers pack what they send. By fflate, which gives the same bytes everywhere; Node's own zlib does not.
const binary = fs.readFileSync(path.join(core, 'wasm', `${SCRIPT}.wasm`));
fs.writeFileSync(path.join(out, 'wasm', `${SCRIPT}.wasm.gz`), gzipSync(binary, {level: 9, mtime: 0}));
for (const file of fs.readdirSync(out, {recursive: true})) {
  const {size} = fs.statSync(path.join(out, file));
  console.log(String(size).padStart(10), file);
}
