import {prediction} from './answers.js';
import {readBundle} from './archive.js';
import {ModelFileError} from './errors.js';
import {Graph, loadRuntime} from './runtime.js';
import {makeTokenizer} from './tokenizer.js';

/** What a head answers, by its name; see `TextModel.answer`. */
const ANSWERS = {
  text_classifier: (model, {logits}, layers) =>
    prediction(logits.values, model.labels, model.description.multi_label, layers),
  text_regressor: (model, {logits}, layers) => ({value: logits.values[0], layers}),
  text_embedder: (model, {vectors}) => ({vector: vectors.values}),
};

/**
 * A file that albert_tf exported, ready to answer. Nothing leaves the page: the file is run where it is.
 *
 * ```js
 * const model = await TextModel.load('reviews.tflite', {wasm: 'wasm/', unicode: 'unicode.txt'});
 * const {label, probability} = await model.answer('well worth the money');
 * ```
 */
export class TextModel {
  #graph;

  /**
   * Loads a file.
   *
   * @param {Uint8Array|string|URL} file its content, or where it is.
   * @param {object} options
   * @param {string|URL} options.wasm the folder of LiteRT.js's WebAssembly files, with a slash at its end, or its script.
   * @param {Uint8Array|string|URL} options.unicode `unicode.txt`, the tokenizer's tables.
   * @param {boolean} [options.threads] run on several threads, which needs a page that is cross-origin isolated.
   * @param {string} [options.name] what messages call the file.
   * @returns {Promise<TextModel>}
   * @throws {ModelFileError} when the file cannot be used.
   */
  static async load(file, {wasm, unicode, threads = false, name = nameOf(file)}) {
    const [content, tables] = await Promise.all([contentOf(file, name), contentOf(unicode, 'unicode.txt')]);
    const bundle = await readBundle(content, name);
    checkSupported(bundle, name);
    await loadRuntime({wasm: String(wasm), threads});
    const tokenizer = makeTokenizer(bundle.tokenizer, bundle.description.tokenizer, tables);
    return new TextModel(await Graph.compile(content), tokenizer, bundle);
  }

  /** Use `TextModel.load`. */
  constructor(graph, tokenizer, {description, labels}) {
    this.#graph = graph;
    this.tokenizer = tokenizer;
    this.description = description;
    this.labels = labels;
  }

  /** Which model it was, such as `text_classifier`. */
  get head() {
    return this.description.head;
  }

  /** Most tokens of an input; longer texts are cut. */
  get sequenceLength() {
    const {config, length, sequence_length: wanted} = this.description;
    return Math.min(...[config.max_position_embeddings, length, wanted].filter(each => Number.isInteger(each)));
  }

  /** The limits of a file with early exits: objects `{name, dtype, default, meaning}`; else none. */
  get controls() {
    return this.description.controls ?? [];
  }

  /**
   * What there is to know of it, as plain values.
   *
   * @returns {object} `head`, `labels` or null, `multiLabel`, `controls`, `layers` of the encoder, `sequenceLength`,
   *   `quantization`, and `writer`, the version of albert_tf that wrote the file.
   */
  facts() {
    const {multi_label: multiLabel, quantization, albert_tf: writer, config} = this.description;
    const layers = config.num_hidden_layers;
    const {head, labels, controls, sequenceLength} = this;
    return {head, labels, multiLabel, controls, layers, sequenceLength, quantization, writer};
  }

  /**
   * Answers a text.
   *
   * @param {string} text
   * @param {object} [options]
   * @param {string} [options.pair] the second text, for models of pairs.
   * @param {Object<string, number>} [options.controls] limits by name; what is left out is the file's default.
   * @returns {Promise<object>} `{label, probability, scores, labels, layers}` of a classifier, `{value, layers}` of a
   *   regressor, `{vector}` of a file of sentence vectors; and of all `tokens`, `isTruncated` and
   *   `milliseconds`.
   */
  async answer(text, {pair = null, controls = {}} = {}) {
    checkTexts(text, pair);
    const begun = performance.now();
    const {truncate = 'longest_first'} = this.description.preprocessor ?? this.description;
    const row = this.tokenizer.pack(text, pair, this.sequenceLength, truncate, false);
    const outputs = await this.run(row.tokenIds, row.segmentIds, controls);
    const layers = outputs.layers?.values[0];
    return {
      ...ANSWERS[this.head](this, outputs, layers),
      tokens: row.tokenIds.length,
      isTruncated: row.isTruncated,
      milliseconds: performance.now() - begun,
    };
  }

  /**
   * Where the tokens of a text stand in it.
   *
   * @param {string} text
   * @returns {{id: number, piece: string, start: number, end: number}[]} spans in UTF-16 units.
   */
  tokens(text) {
    checkTexts(text);
    const {ids, starts, ends} = this.tokenizer.encodeWithSpans(text);
    return Array.from(ids, (id, at) => ({
      id,
      piece: this.tokenizer.piece(id),
      start: starts[at],
      end: ends[at],
    }));
  }

  /**
   * Runs the graph on the ids of one row.
   *
   * @param {Int32Array} tokenIds
   * @param {Int32Array} segmentIds of the same length.
   * @param {Object<string, number>} [controls] as for `answer`.
   * @returns {Promise<Object<string, {values: Float32Array|Int32Array, shape: number[]}>>} outputs by name.
   */
  run(tokenIds, segmentIds, controls = {}) {
    const length = this.description.length ?? tokenIds.length;
    const shape = [1, length];
    const inputs = {
      token_ids: {values: filled(tokenIds, length, this.tokenizer.padId), shape},
      segment_ids: {values: filled(segmentIds, length, 0), shape},
      padding_mask: {values: filled(new Int32Array(tokenIds.length).fill(1), length, 0), shape},
    };
    for (const control of this.controls) {
      const type = control.dtype === 'int32' ? Int32Array : Float32Array;
      inputs[control.name] = {values: type.of(controls[control.name] ?? control.default), shape: [1]};
    }
    return this.#graph.run(inputs);
  }

  /** Frees the memory of the graph; the model cannot answer any more. */
  close() {
    this.#graph.close();
  }
}

function filled(values, length, filler) {
  if (values.length === length) return values;
  const row = new Int32Array(length).fill(filler);
  row.set(values);
  return row;
}

function checkTexts(...texts) {
  for (const text of texts) {
    if (text !== null && typeof text !== 'string') {
      throw new TypeError(`a text is of type ${typeof text}; expected a string`);
    }
  }
}

function checkSupported({description, tokenizer}, name) {
  if (tokenizer === null) {
    throw new ModelFileError(
      `${name}: it carries no tokenizer, since its model had no preprocessor; export one that has`,
      'unsupported',
    );
  }
  if (!(description.head in ANSWERS)) {
    const known = Object.keys(ANSWERS).join(', ');
    throw new ModelFileError(
      `${name}: it holds a ${description.head ?? 'backbone'}, which gives no answer here; expected one of ${known}`,
      'unsupported',
    );
  }
  if (description.form === 'signatures' || description.batch !== 1) {
    throw new ModelFileError(
      `${name}: it has the form ${description.form} and a batch of ${description.batch}; expected a loop or unrolled graph ` +
        'with a batch of 1: export the model again with --form loop',
      'unsupported',
    );
  }
}

function nameOf(file) {
  return file instanceof Uint8Array ? 'the file' : String(file).split('/').pop();
}

async function contentOf(source, name) {
  if (source instanceof Uint8Array) return source;
  const response = await fetch(source);
  if (!response.ok) {
    throw new Error(`${name} cannot be loaded: the server says ${response.status} ${response.statusText}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}
