// The tokenizer and the decoders of the Android app, compiled from Kotlin, with the settings of a file.
import {Answerer, entitiesOf, setTable, Tokenizer} from '../build/tokenizer/albert.mjs';

export {entitiesOf};

/** The library's own tables of characters, which stand beside it. */
export const TABLES = ['unicode.txt', 'words.txt'];

const signed = bytes => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Makes the tokenizer of a vocabulary: exactly the ids that `albert_tf.AlbertTokenizer` gives in Python.
 *
 * @param {Uint8Array} vocabulary its content.
 * @param {object} settings as `tokenizer` stands in a file's description.
 * @param {Object<string, Uint8Array>} tables the content of each of `TABLES`.
 */
export function makeTokenizer(vocabulary, settings, tables) {
  for (const name of TABLES) setTable(name, signed(tables[name]));
  return new Tokenizer(
    signed(vocabulary),
    settings.lowercase ?? true,
    settings.strip_accents ?? true,
    settings.cls_token,
    settings.sep_token,
    settings.pad_token,
    settings.mask_token,
  );
}

/**
 * Makes what finds answers in passages.
 *
 * @param {object} settings as `head_config` stands in a file's description.
 */
export function makeAnswerer(settings) {
  return new Answerer(
    settings.max_answer_tokens ?? 30,
    settings.can_be_unanswerable ?? false,
    settings.no_answer_threshold ?? 0.5,
  );
}
