import { ValidationError } from '@orpc/contract';
import { ORPCError } from '@orpc/client';
import { UserError } from '#core/graph';
import type { WireError } from './message';
import { RemoteError } from './wire-error';

/** What the window is told about an error. The stack stays here; it is reported on this side. */
export function toWireError(error: unknown, path: readonly string[]): WireError {
  if (error instanceof UserError) {
    return { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }), ours: false };
  }
  if (error instanceof RemoteError) {
    // A work thread's error, on its way through the engine.
    return { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }), ours: error.ours };
  }
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') {
    return {
      code: 'contract.input',
      message: `${path.join('.')}: ${describeIssues(error.cause)}`,
      ours: false,
    };
  }
  if (error instanceof ORPCError && error.cause instanceof ValidationError) {
    return { code: 'contract.output', message: `${path.join('.')} answered wrongly: ${describeIssues(error.cause)}`, ours: true };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message: `${path.join('.')}: ${message}`, ours: true };
}

function describeIssues(cause: unknown): string {
  if (!(cause instanceof ValidationError)) return 'the input does not fit the contract';
  return cause.issues
    .map((issue) => {
      const where = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
      return where ? `${where}: ${issue.message}` : issue.message;
    })
    .join('; ');
}
