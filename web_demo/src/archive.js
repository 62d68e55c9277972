// The archive behind the graph of an exported file: tokenizer, labels, description.
import {unzipSync} from 'fflate';
import {ModelFileError} from './errors.js';

const MARK = 'TFL3'; // of TensorFlow Lite's files, at byte 4
const MARK_END = 8;
const FORMAT = 1;
const MEMBERS = {description: 'albert_tf.json', labels: 'labels.txt', sentencePiece: 'tokenizer.model', wordPieces: 'vocab.txt'};

const text = bytes => new TextDecoder('utf-8', {fatal: true}).decode(bytes);

/**
 * Takes an exported file apart, as `albert_tf/runtime/bundle.py` does.
 *
 * @param {Uint8Array} file its content.
 * @param {string} name what messages call it.
 * @returns {{description: object, labels: string[]|null, tokenizer: Uint8Array|null, graph: Uint8Array}}
 * @throws {ModelFileError} when it is no file of albert_tf, incomplete, or written by a later version.
 */
export async function readBundle(file, name) {
  if (file.length < MARK_END || latin1(file.subarray(MARK_END - MARK.length, MARK_END)) !== MARK) {
    throw new ModelFileError(
      `${name}: it is no TensorFlow Lite file; expected a .tflite that albert_tf exported`,
      'foreign',
    );
  }
  const members = unzipped(file, name);
  if (!(MEMBERS.description in members)) throw foreign(name);
  const description = parsed(members[MEMBERS.description], name);
  if (description.format !== FORMAT) {
    throw new ModelFileError(
      `${name}: its description has the format ${description.format}; expected ${FORMAT}: use a newer version of ` +
        'this program, or export the model again with an older albert_tf',
      'newer',
    );
  }
  const graph = file.subarray(0, description.model_bytes);
  await checkSum(graph, description.model_sha256, 'its graph', name);
  const kinds = [MEMBERS.sentencePiece, MEMBERS.wordPieces];
  const kind = kinds.find(member => member in members);
  const tokenizer = description.tokenizer ? members[kind] ?? null : null;
  if (description.tokenizer && tokenizer === null) throw damaged(name, `it holds no ${kinds.join(' and no ')}`);
  if (tokenizer) await checkSum(tokenizer, description.tokenizer.model_sha256, `its ${kind}`, name);
  return {description, labels: labelsOf(members[MEMBERS.labels], description, name), tokenizer, graph};
}

function unzipped(file, name) {
  try {
    const wanted = new Set(Object.values(MEMBERS));
    return unzipSync(file, {filter: member => wanted.has(member.name)});
  } catch (error) {
    // No archive at its end: another program's file, or ours without its end.
    if (latin1(file).includes('albert_tf')) throw damaged(name, 'its end is cut off', error);
    throw foreign(name);
  }
}

function parsed(bytes, name) {
  try {
    return JSON.parse(text(bytes));
  } catch (error) {
    throw damaged(name, `its ${MEMBERS.description} is damaged: ${error.message}`, error);
  }
}

function labelsOf(bytes, description, name) {
  const count = description.num_classes;
  if (count === null || count === undefined) return null;
  if (!bytes) return Array.from({length: count}, (_, number) => String(number));
  const labels = text(bytes).replace(/\n$/, '').split('\n');
  if (labels.length !== count) {
    throw damaged(name, `it carries ${labels.length} labels for ${count} classes`);
  }
  return labels;
}

async function checkSum(bytes, expected, what, name) {
  // Browsers give this to pages over https, on localhost, and from files only.
  if (!expected || !globalThis.crypto?.subtle) return;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const found = Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('');
  if (found !== expected) throw damaged(name, `${what} does not have the checksum that it was given`);
}

function latin1(bytes) {
  return new TextDecoder('latin1').decode(bytes);
}

function foreign(name) {
  return new ModelFileError(
    `${name}: it carries no ${MEMBERS.description}, so it was not written by albert_tf; export the model with ` +
      'albert-tf export',
    'foreign',
  );
}

function damaged(name, problem, cause) {
  const error = new ModelFileError(
    `${name}: ${problem}; copy the file again, or export the model again`,
    'damaged',
  );
  error.cause = cause;
  return error;
}
