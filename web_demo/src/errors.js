/** A file that cannot be used, in one line: what is wrong with it, and what to do. */
export class ModelFileError extends Error {
  /**
   * @param {string} message the line.
   * @param {'foreign'|'damaged'|'newer'|'unsupported'} reason what kind of fault it is.
   */
  constructor(message, reason) {
    super(message);
    this.name = 'ModelFileError';
    this.reason = reason;
  }
}
