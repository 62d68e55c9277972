// What the tools share: JSON lines in and out, and errors of one line.
import fs from 'node:fs';
import readline from 'node:readline';
import {getSystemErrorMap} from 'node:util';

/** A fault of what the user gave, which is told in one line. */
export class UserError extends Error {}

/** Runs a tool; what is wrong with what it was given is one line, and exit status 2. */
export async function runTool(name, tool) {
  // Whoever reads may have read enough.
  process.stdout.on('error', error => process.exit(error.code === 'EPIPE' ? 141 : 2));
  try {
    await tool(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UserError) && error.name !== 'ModelFileError') throw error;
    process.stderr.write(`${name}: ${error.message.split('\n')[0]}\n`);
    process.exitCode = 2;
  }
}

/** Reads a file whole. */
export function contentOf(file) {
  try {
    return new Uint8Array(fs.readFileSync(file));
  } catch (error) {
    throw new UserError(`${file}: ${getSystemErrorMap().get(error.errno)?.[1] ?? error.message}`);
  }
}

/** Splits arguments into flags, which must be among the known, and one MODEL. */
export function modelAndFlags(words, known, name) {
  const flags = new Set(words.filter(word => word.startsWith('-')));
  for (const flag of flags) {
    if (!known.includes(flag)) throw new UserError(`unknown option ${flag}; see ${name} --help`);
  }
  const files = words.filter(word => !word.startsWith('-'));
  if (files.length !== 1) throw new UserError(`expected one MODEL, got ${files.length}; see ${name} --help`);
  return {file: files[0], flags};
}

/** Yields the objects of standard input, each with a string `text`; blank lines are passed over. */
export async function* textLines() {
  let number = 0;
  for await (const line of readline.createInterface({input: process.stdin, crlfDelay: Infinity})) {
    number += 1;
    if (!line.trim()) continue;
    let row;
    try {
      row = JSON.parse(line);
    } catch (error) {
      const position = /at position (\d+)/.exec(error.message)?.[1];
      const place = position === undefined ? '' : ` at column ${Number(position) + 1}`;
      throw new UserError(
        `standard input, line ${number}: broken JSON${place} of ${line.slice(0, 60)}; expected {"text": "..."}`,
      );
    }
    if (typeof row?.text !== 'string') {
      throw new UserError(
        `standard input, line ${number}: no string named text in ${line.slice(0, 60)}; expected {"text": "..."}`,
      );
    }
    yield row;
  }
}

/** Writes an object as a line of JSON, in ASCII, so that lone surrogates survive. */
export function writeLine(object) {
  const escape = unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  process.stdout.write(`${JSON.stringify(object).replace(/[\u007f-\uffff]/g, escape)}\n`);
}
