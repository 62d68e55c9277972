// What each head reads, and what it answers: rows of tokens of texts, and an answer of the outputs for all rows.
import {entities, prediction, questionAnswer} from './answers.js';
import {entitiesOf, makeAnswerer} from './tokenizer.js';

const STRIDE = 128; // of windows over a passage, and
const QUESTION = 64; // the longest question, where a file of an earlier version does not say

/** Heads of texts and pairs: one row. */
function readText({tokenizer, description, sequenceLength}, text, {pair = null}) {
  const {truncate} = description.preprocessor ?? description;
  return tokenizer.pack(text, pair, sequenceLength, truncate ?? 'longest_first');
}

function readQuestion({tokenizer, description, sequenceLength}, question, {context}) {
  if (typeof context !== 'string') {
    throw new TypeError('there is no context to find the answer in; expected answer(question, {context: "..."})');
  }
  const {stride = STRIDE, max_question_length: longest = QUESTION} = description.preprocessor ?? {};
  return tokenizer.questionWindows(question, context, sequenceLength, stride, longest);
}

const values = (outputs, name) => outputs.map(each => each[name].values);

function answerQuestion({description}, rows, outputs, question, {context}) {
  const answerer = makeAnswerer(description.head_config ?? {});
  if ('start_logits' in outputs[0]) {
    return questionAnswer(answerer.ofLogits(context, rows, values(outputs, 'start_logits'), values(outputs, 'end_logits')));
  }
  const beam = ['start_top_index', 'start_top_log_probs', 'end_top_index', 'end_top_log_probs'];
  const noAnswer = Float32Array.from(outputs, each => each.cls_logits.values[0]);
  return questionAnswer(answerer.ofBeams(context, rows, ...beam.map(name => values(outputs, name)), noAnswer));
}

/** By the head's name: `read(model, text, options)` gives rows, `answer(model, rows, outputs, text, options)` the answer. */
export const HEADS = {
  text_classifier: {
    read: readText,
    answer: ({labels, description}, _, [{logits, layers}]) =>
      prediction(logits.values, labels, description.multi_label, layers?.values[0]),
  },
  text_regressor: {
    read: readText,
    answer: (_model, _rows, [{logits, layers}]) => ({value: logits.values[0], layers: layers?.values[0]}),
  },
  text_embedder: {
    read: readText,
    answer: (_model, _rows, [{vectors}]) => ({vector: vectors.values}),
  },
  question_answerer: {read: readQuestion, answer: answerQuestion},
  token_classifier: {
    read: ({tokenizer, description, sequenceLength}, text) =>
      tokenizer.entityWindows(text, sequenceLength, description.preprocessor?.stride ?? null),
    answer: ({labels}, rows, outputs, text) => ({
      entities: entities(entitiesOf(text, rows, values(outputs, 'logits'), labels)),
    }),
  },
};
