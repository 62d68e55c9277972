import {fileURLToPath} from 'node:url';
import {readBundle} from '../src/archive.js';
import {makeTokenizer, TABLES} from '../src/tokenizer.js';
import {contentOf, modelAndFlags, runTool, textLines, UserError, writeLine} from './lines.mjs';

const USAGE = `usage: tokenize MODEL [--offsets] [--cased] [--keep-accents]

Reads JSON lines {"text": "..."} from standard input, and writes a line {"ids": [...]} for each: its token ids,
without special tokens, by the tokenizer of the web page, which is that of the Android app in JavaScript.

  MODEL           a SentencePiece .model, a vocab.txt of WordPieces, or a .tflite that albert_tf exported with its tokenizer
  --offsets       also write "offsets": [[start, end], ...], where each token stands in the text, in UTF-16 units
  --cased         do not lower-case texts
  --keep-accents  do not drop combining marks

Without --cased and --keep-accents a .tflite says itself how texts are treated.`;
const folder = new URL('../build/tokenizer/', import.meta.url);

await runTool('tokenize', async words => {
  if (words.includes('--help') || words.includes('-h')) {
    console.log(USAGE);
    return;
  }
  const {file, flags} = modelAndFlags(words, ['--offsets', '--cased', '--keep-accents'], 'tokenize');
  const {vocabulary, settings} = await vocabularyOf(file);
  if (flags.has('--cased')) settings.lowercase = false;
  if (flags.has('--keep-accents')) settings.strip_accents = false;
  const tokenizer = made(vocabulary, settings, file);
  for await (const {text} of textLines()) {
    if (flags.has('--offsets')) {
      const {ids, starts, ends} = tokenizer.encodeWithSpans(text);
      writeLine({ids: Array.from(ids), offsets: Array.from(starts, (start, at) => [start, ends[at]])});
    } else {
      writeLine({ids: Array.from(tokenizer.encode(text))});
    }
  }
});

async function vocabularyOf(file) {
  const content = contentOf(file);
  if (!file.endsWith('.tflite')) return {vocabulary: content, settings: {}};
  const {tokenizer, description} = await readBundle(content, file);
  if (tokenizer === null) throw new UserError(`${file}: it carries no tokenizer; export a model that has one`);
  return {vocabulary: tokenizer, settings: {...description.tokenizer}};
}

function made(vocabulary, settings, file) {
  try {
    const tables = TABLES.map(name => [name, contentOf(fileURLToPath(new URL(name, folder)))]);
    return makeTokenizer(vocabulary, settings, Object.fromEntries(tables));
  } catch (error) {
    throw new UserError(`${file}: ${error.message}`);
  }
}
