// The tokenizer of the Android app, compiled from Kotlin, with the settings of a file.
import {Tokenizer} from '../build/tokenizer/albert.mjs';

const signed = bytes => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Makes the tokenizer of a vocabulary: exactly the ids that `albert_tf.AlbertTokenizer` gives in Python.
 *
 * @param {Uint8Array} vocabulary its content.
 * @param {object} settings as `tokenizer` stands in a file's description.
 * @param {Uint8Array} unicode the content of `unicode.txt`.
 */
export function makeTokenizer(vocabulary, settings, unicode) {
  return new Tokenizer(
    signed(vocabulary),
    signed(unicode),
    settings.lowercase ?? true,
    settings.strip_accents ?? true,
    settings.cls_token,
    settings.sep_token,
    settings.pad_token,
    settings.mask_token,
  );
}
