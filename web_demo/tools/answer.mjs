import {loadModel} from '../src/node.js';
import {contentOf, modelAndFlags, runTool, textLines, writeLine} from './lines.mjs';

const USAGE = `usage: answer MODEL

Reads JSON lines {"text": "..."}, also with a "pair", from standard input, and writes for each the answer of MODEL, a
.tflite that albert_tf exported, as a line of JSON: by LiteRT.js and the tokenizer of the web page, under Node.`;

await runTool('answer', async words => {
  if (words.includes('--help') || words.includes('-h')) {
    console.log(USAGE);
    return;
  }
  const {file} = modelAndFlags(words, [], 'answer');
  const model = await loadModel(contentOf(file), file);
  for await (const {text, pair = null} of textLines()) {
    const {vector, ...answer} = await model.answer(text, {pair});
    writeLine(vector ? {...answer, vector: Array.from(vector)} : answer);
  }
  process.exit(); // LiteRT.js leaves something running that would keep Node waiting
});
