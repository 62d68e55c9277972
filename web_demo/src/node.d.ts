import type {TextModel} from './index.js';

export {ModelFileError, TextModel} from './index.js';

/** The tokenizer's tables, as `TextModel.load` takes them. */
export const tables: Record<string, Uint8Array>;

/** Loads a file by its path, or its content; `name` is what messages call it. */
export function loadModel(file: string | Uint8Array, name?: string): Promise<TextModel>;
