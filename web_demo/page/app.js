import {WorkerModel} from '../src/client.js';
import {element, shown} from './answers.js';
import {parts} from './source.js';
import {LANGUAGES} from './strings.js';

const $ = id => document.getElementById(id);
const LONGEST_CHIPS = 2000; // characters of which the tokens are shown

let words = LANGUAGES[navigator.language.startsWith('zh') ? 'zh' : 'en'];
let model;
let source;
let facts = null;

async function start() {
  say();
  const begun = performance.now();
  try {
    const found = await parts();
    source = found.source;
    model = new WorkerModel(found.worker);
    await open(source);
    document.body.dataset.milliseconds = Math.round(performance.now() - begun);
  } catch (error) {
    fail(error);
  }
}

/** Loads a file; where that fails, the one before goes on answering. */
async function open(given) {
  $('problem').hidden = true;
  facts = await model.load(given);
  document.title = $('name').textContent = nameOf(given);
  $('text').disabled = false;
  $('exits').hidden = !facts.controls.some(({name}) => name === 'patience');
  $('patience').max = facts.layers;
  say();
  document.body.dataset.state = 'ready';
  await answer();
}

/** Everything that is in words. */
function say() {
  document.documentElement.lang = words === LANGUAGES.zh ? 'zh' : 'en';
  $('language').textContent = words.language;
  $('language').lang = words === LANGUAGES.zh ? 'en' : 'zh';
  $('asked').textContent = words.text;
  $('pair-asked').textContent = words.pair;
  $('open-label').textContent = words.open;
  $('private').textContent = words.private;
  $('patience-label').textContent = words.patience;
  $('described').textContent = facts ? `${words.described[facts.head](facts)} ${words.weights(facts)}` : words.loading;
  showPatience();
}

function showPatience() {
  const patience = Number($('patience').value);
  $('patience-value').textContent = patience === 0 ? words.allLayers : String(patience);
}

async function answer() {
  const text = $('text').value;
  try {
    const found = facts.head === 'text_embedder' ? await compared(text) : await model.latest(text, options());
    if (found === null) return; // a later text is being answered
    $('answer').replaceChildren(...shown(facts.head, found, words));
    $('cost').textContent = words.cost({...found, sequenceLength: facts.sequenceLength});
    await showTokens(text);
    document.body.dataset.answered = text.length;
  } catch (error) {
    fail(error);
  }
}

function options() {
  return {controls: $('exits').hidden ? {} : {patience: Number($('patience').value)}};
}

/** The first line beside all others, by the cosine of their vectors. */
async function compared(text) {
  const [first, ...others] = text.split('\n').filter(line => line.trim());
  const found = await model.latest(first ?? '');
  if (found === null) return null;
  const nearest = [];
  for (const other of others) {
    const {vector} = await model.answer(other);
    nearest.push({text: other, similarity: vector.reduce((sum, value, at) => sum + value * found.vector[at], 0)});
  }
  return {...found, nearest: nearest.sort((a, b) => b.similarity - a.similarity)};
}

async function showTokens(text) {
  const part = text.slice(0, LONGEST_CHIPS);
  const tokens = await model.tokens(part);
  if (text !== $('text').value) return;
  $('tokens-title').textContent = words.tokens(tokens.length);
  $('tokens').replaceChildren(
    ...tokens.map(({id, piece, start, end}) =>
      element('span', {
        className: 'chip',
        textContent: part.slice(start, end) || piece,
        title: `${piece} · ${id} · ${start}–${end}`,
      }),
    ),
  );
}

function fail(error) {
  $('problem').textContent = error.message;
  $('problem').hidden = false;
  document.body.dataset.state ??= 'failed';
  document.body.dataset.problem = error.name;
}

function nameOf({file, name}) {
  return (name ?? String(file).split('/').pop()).replace(/\.tflite$/, '');
}

async function openChosen(file) {
  try {
    // The runtime and the tables are there already.
    await open({...source, file: await file.arrayBuffer(), name: file.name, wasmBinary: undefined});
  } catch (error) {
    fail(error);
  }
}

$('text').addEventListener('input', answer);
$('patience').addEventListener('input', () => {
  showPatience();
  answer();
});
$('language').addEventListener('click', () => {
  words = words === LANGUAGES.en ? LANGUAGES.zh : LANGUAGES.en;
  say();
  if (facts) answer();
});
$('open').addEventListener('change', event => {
  const [file] = event.target.files;
  if (file) openChosen(file);
  event.target.value = ''; // so that the same file can be chosen again
});
document.addEventListener('dragover', event => {
  event.preventDefault();
  document.body.classList.add('dropping');
});
document.addEventListener('dragleave', () => document.body.classList.remove('dropping'));
document.addEventListener('drop', event => {
  event.preventDefault();
  document.body.classList.remove('dropping');
  const [file] = event.dataTransfer.files;
  if (file) openChosen(file);
});

start();
