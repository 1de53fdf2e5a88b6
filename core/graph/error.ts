/**
 * A mistake of the user's that Basin can explain: a file that cannot be read, a specification that does not fit, a
 * shape that cannot be. The command line prints `message` and `hint` and exits with 1; everything else is a fault of
 * ours and exits with 2.
 *
 * `message` says what was wrong and where (file, row, column, field, op, shape); `hint` says what to do about it.
 * `code` is stable and meant for programs (`data.csv.ragged`, `spec.unknown-field`).
 */
export class UserError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'UserError';
    this.code = code;
    this.hint = options.hint;
  }
}
