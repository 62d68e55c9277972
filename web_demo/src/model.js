import {readBundle} from './archive.js';
import {ModelFileError} from './errors.js';
import {fetched} from './fetched.js';
import {HEADS} from './heads.js';
import {Graph, loadRuntime} from './runtime.js';
import {makeTokenizer, TABLES} from './tokenizer.js';

/** Outputs with a row for each token, by head. */
const BY_TOKEN = {question_answerer: ['start_logits', 'end_logits'], token_classifier: ['logits']};

/**
 * A file that albert_tf exported, ready to answer. Nothing leaves the page: the file is run where it is.
 *
 * ```js
 * const model = await TextModel.load('reviews.tflite', {wasm: 'wasm/', tables: './'});
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
   * @param {ArrayBuffer|string|URL} [options.wasmBinary] the content of LiteRT.js's `.wasm`, or where it is, packed by gzip
   *   or not; without it, the one beside the script.
   * @param {Object<string, Uint8Array>|string|URL} options.tables the folder of the tokenizer's tables, `unicode.txt` and
   *   `words.txt`, with a slash at its end; or their contents by name.
   * @param {boolean} [options.threads] run on several threads, which needs a page that is cross-origin isolated.
   * @param {string} [options.name] what messages call the file.
   * @returns {Promise<TextModel>}
   * @throws {ModelFileError} when the file cannot be used.
   */
  static async load(file, {wasm, wasmBinary, tables, threads = false, name = nameOf(file)}) {
    const [content, contents] = await Promise.all([contentOf(file, name), contentsOf(tables)]);
    const bundle = await readBundle(content, name);
    checkSupported(bundle, name);
    await loadRuntime({wasm: String(wasm), wasmBinary, threads});
    const tokenizer = makeTokenizer(bundle.tokenizer, bundle.description.tokenizer, contents);
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
   * @param {string} text or the question, for models that find answers in passages.
   * @param {object} [options]
   * @param {string} [options.pair] the second text, for models of pairs.
   * @param {string} [options.context] the passage, for models that find answers in one.
   * @param {Object<string, number>} [options.controls] limits by name; what is left out is the file's default.
   * @param {(done: number, all: number) => boolean} [options.onWindow] is told how many windows of a long text have been
   *   read; where it returns false, the rest is left.
   * @returns {Promise<object|null>} `{label, probability, scores, labels, layers}` of a classifier, `{value, layers}` of a
   *   regressor, `{vector}` of a file of sentence vectors, `{text, start, end, probability, alternatives,
   *   noAnswerProbability}` of a question answerer, `{entities}` of a token classifier; and of all `tokens`, `windows`,
   *   `isTruncated` and `milliseconds`. Places count units of UTF-16, as JavaScript does. Null where the rest was left.
   */
  async answer(text, {controls = {}, onWindow = () => true, ...options} = {}) {
    checkTexts(text, ...Object.values(options));
    const begun = performance.now();
    const head = HEADS[this.head];
    const rows = head.read(this, text, options);
    const outputs = [];
    let tokens = 0;
    for (let row = 0; row < rows.size; row++) {
      if (row > 0 && onWindow(row, rows.size) === false) return null;
      const ids = rows.tokenIds(row);
      tokens += ids.length;
      outputs.push(await this.run(ids, rows.segmentIds(row), controls));
    }
    return {
      ...head.answer(this, rows, outputs, text, options),
      tokens,
      windows: rows.size,
      isTruncated: rows.isTruncated,
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
    if (text !== null && text !== undefined && typeof text !== 'string') {
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
  if (!(description.head in HEADS)) {
    const known = Object.keys(HEADS).join(', ');
    throw new ModelFileError(
      `${name}: it holds a ${description.head ?? 'backbone'}, which gives no answer here; expected one of ${known}`,
      'unsupported',
    );
  }
  if (description.length === null && description.outputs.some(output => BY_TOKEN[description.head]?.includes(output))) {
    // LiteRT.js 2.5.3 makes room for the outputs before the runtime resizes them, and would write beyond it.
    throw new ModelFileError(
      `${name}: it takes any length, and its outputs have a row for each token, which LiteRT.js cannot hold; export the ` +
        'model again with a length, such as --length 128',
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

async function contentsOf(tables) {
  if (typeof tables !== 'string' && !(tables instanceof URL)) return tables;
  const contents = await Promise.all(TABLES.map(name => contentOf(new URL(name, tables), name)));
  return Object.fromEntries(TABLES.map((name, number) => [name, contents[number]]));
}

async function contentOf(source, name) {
  if (source instanceof Uint8Array) return source;
  const response = await fetched(source, name);
  return new Uint8Array(await response.arrayBuffer());
}
