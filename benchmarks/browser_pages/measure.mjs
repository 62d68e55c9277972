// Opens both pages in turn, each time in a browser of its own, and prints what they cost: measure.mjs FILES RUNTIME ROUNDS
// BROWSER, where FILES has model.tflite, model.onnx and tokenizer.json, and RUNTIME is albert_tf/web/runtime.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import * as esbuild from 'esbuild';
import puppeteer from 'puppeteer-core';
import {collectGarbage, ofPageProcess} from '../../web_demo/tests/memory.mjs';
import {serve} from '../../web_demo/tests/serve.mjs';

const [files, runtime, rounds, executablePath] = process.argv.slice(2);
const here = import.meta.dirname;
const dist = path.join(here, 'node_modules', 'onnxruntime-web', 'dist');
const LENGTHS = [16, 32, 64, 128];
const RUNS = 21;
const PAGE = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>benchmark</title>';

const folders = {
  'blank page': site(),
  'albert-web': site(path.join(files, 'model.tflite'), ...inside(runtime, 'worker.js', 'unicode.txt', 'words.txt', 'wasm')),
  'ONNX Runtime Web, tokenizers.js': site(
    path.join(files, 'model.onnx'),
    path.join(files, 'tokenizer.json'),
    ...inside(dist, 'ort-wasm-simd-threaded.wasm', 'ort-wasm-simd-threaded.mjs'),
  ),
};
await bundle('ours.js', folders['albert-web'], 'page.js', 'iife');
await bundle('theirs.js', folders['ONNX Runtime Web, tokenizers.js'], 'page.js', 'iife');
await bundle('worker_of_theirs.js', folders['ONNX Runtime Web, tokenizers.js'], 'worker.js', 'esm');

const found = Object.fromEntries(Object.keys(folders).map(name => [name, []]));
for (let round = 0; round <= Number(rounds); round++) {
  for (const [name, folder] of Object.entries(folders)) {
    const visited = await visit(folder, name === 'blank page');
    if (round) found[name].push(visited); // the first round reads the disk
  }
  console.error(`round ${round} of ${rounds}`);
}
console.log(JSON.stringify(found));

/** A folder to serve, with copies of files and folders. */
function site(...parts) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'site-'));
  for (const part of parts) fs.cpSync(part, path.join(folder, path.basename(part)), {recursive: true});
  fs.writeFileSync(path.join(folder, 'index.html'), parts.length ? `${PAGE}<script src="page.js"></script>` : PAGE);
  return folder;
}

function inside(folder, ...names) {
  return names.map(name => path.join(folder, name));
}

async function bundle(entry, folder, name, format) {
  const options = {bundle: true, minify: true, target: 'es2022', absWorkingDir: here, external: ['node:*', 'fs', 'path']};
  await esbuild.build({...options, format, entryPoints: [entry], outfile: path.join(folder, name)});
}

/** One visit of a page in a browser of its own. */
async function visit(folder, isBlank) {
  const server = await serve(folder);
  const browser = await puppeteer.launch({executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu']});
  try {
    const page = await browser.newPage();
    const problems = [];
    page.on('pageerror', error => problems.push(error.message));
    await page.goto(`${server.url}/`);
    if (isBlank) return await memory(browser, page);
    const measured = await page.evaluate(async (lengths, runs) => {
      await window.ready;
      const result = {load_ms: performance.now(), latency_ms: {}};
      const started = performance.now();
      await window.answer('what a lovely week');
      result.first_answer_ms = performance.now() - started;
      for (const length of lengths) {
        const text = Array(length - 2).fill('week').join(' ');
        const times = [];
        for (let run = 0; run < runs; run++) {
          const start = performance.now();
          const {tokens} = await window.answer(text);
          times.push(performance.now() - start);
          if (tokens !== length) throw new Error(`${tokens} tokens, expected ${length}`);
        }
        result.latency_ms[length] = times.slice(1).sort((a, b) => a - b)[Math.floor((runs - 1) / 2)];
      }
      result.probabilities = (await window.answer('what a lovely week')).probabilities;
      return result;
    }, LENGTHS, RUNS);
    if (problems.length) throw new Error(problems.join('; '));
    return {...measured, ...(await memory(browser, page)), ...sizes(folder, server.paths)};
  } finally {
    await browser.close();
    server.close();
  }
}

/** What the page's process holds, in 10^6 bytes: as it is, and once garbage is collected. Shared libraries count by their share. */
async function memory(browser, page) {
  const held = async () => (await ofPageProcess(browser, 'smaps_rollup', 'Pss')) / 1e6;
  const memory_mb = await held();
  await collectGarbage(page);
  return {memory_mb, settled_memory_mb: await held()};
}

/** Bytes of what was asked for, as they are and packed by gzip. */
function sizes(folder, paths) {
  const contents = [...new Set(paths)].map(name => fs.readFileSync(path.join(folder, name.endsWith('/') ? 'index.html' : name)));
  const sum = numbers => numbers.reduce((a, b) => a + b, 0);
  return {
    bytes: sum(contents.map(content => content.length)),
    gzip_bytes: sum(contents.map(content => zlib.gzipSync(content, {level: 9}).length)),
    paths: [...new Set(paths)].sort(),
  };
}
