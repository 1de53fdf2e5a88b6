import type { WireError } from './message';

/** An error of the engine's as the window receives it. */
export class RemoteError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  /** A fault of the program, not of what the user asked for. */
  readonly ours: boolean;

  constructor(error: WireError) {
    super(error.message);
    this.name = 'RemoteError';
    this.code = error.code;
    this.hint = error.hint;
    this.ours = error.ours;
  }
}
