/** A file that cannot be used, in one line. */
export class ModelFileError extends Error {
  reason: 'foreign' | 'damaged' | 'newer' | 'unsupported';
}

export interface Source {
  /** The content of a `.tflite`, or where it is. */
  file: Uint8Array | ArrayBuffer | string | URL;
  /** The folder of LiteRT.js's WebAssembly files, or its script. */
  wasm: string | URL;
  /** The content of LiteRT.js's `.wasm`, or where it is, packed by gzip or not; without it, the one beside the script. */
  wasmBinary?: ArrayBuffer | string | URL;
  /** The folder of `unicode.txt` and `words.txt`, or their contents by name. */
  tables: string | URL | Record<string, Uint8Array>;
  /** Run on several threads, which needs a page that is cross-origin isolated. */
  threads?: boolean;
  /** What messages call the file. */
  name?: string;
}

export interface Options {
  /** The second text, for models of pairs. */
  pair?: string;
  /** The passage, for models that find answers in one. */
  context?: string;
  /** Limits of a file with early exits, by name. */
  controls?: Record<string, number>;
}

export interface Span {
  text: string;
  start: number;
  end: number;
  probability: number;
}

/** What a file answers; which fields there are depends on its head. Places count units of UTF-16. */
export interface Answer {
  label?: string;
  probability?: number;
  scores?: {label: string; probability: number}[];
  labels?: string[];
  value?: number;
  vector?: Float32Array;
  text?: string;
  start?: number | null;
  end?: number | null;
  alternatives?: Span[];
  noAnswerProbability?: number | null;
  entities?: (Span & {label: string})[];
  layers?: number;
  tokens: number;
  windows: number;
  isTruncated: boolean;
  milliseconds: number;
}

export interface Token {
  id: number;
  piece: string;
  start: number;
  end: number;
}

export interface Facts {
  head: string;
  labels: string[] | null;
  multiLabel: boolean;
  controls: {name: string; dtype: 'int32' | 'float32'; default: number; meaning: string}[];
  layers: number;
  sequenceLength: number;
  quantization: string;
  writer: string;
}

/** A file that albert_tf exported, ready to answer. */
export class TextModel {
  static load(file: Uint8Array | string | URL, options: Omit<Source, 'file'>): Promise<TextModel>;
  readonly head: string;
  readonly labels: string[] | null;
  readonly sequenceLength: number;
  facts(): Facts;
  answer(
    text: string,
    options?: Options & {onWindow?: (done: number, all: number) => boolean},
  ): Promise<Answer | null>;
  tokens(text: string): Token[];
  close(): void;
}

/** The same in a worker, so that a page never stalls. */
export class WorkerModel {
  constructor(worker: Worker);
  load(source: Source): Promise<Facts>;
  answer(text: string, options?: Options): Promise<Answer>;
  tokens(text: string): Promise<Token[]>;
  /** Of texts that come faster than answers only the last is answered; null for the others. */
  latest(text: string, options?: Options): Promise<Answer | null>;
  close(): void;
}
