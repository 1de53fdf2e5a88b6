import { CommanderError } from 'commander';
import { UserError } from '#core/graph';

/** Exit codes: the user's mistake, and ours. */
export const exitCodes = { done: 0, mistake: 1, fault: 2 } as const;

/**
 * What is printed about an error, and the code to leave with. A mistake is explained without a stack; a fault of ours
 * shows it, because someone has to mend it.
 */
export function describeFailure(error: unknown): { code: number; document: Record<string, unknown>; text: string } {
  if (error instanceof UserError) {
    const { code, message, hint } = error;
    return {
      code: exitCodes.mistake,
      document: { error: { code, message, ...(hint !== undefined && { hint }), ours: false } },
      text: hint === undefined ? `basin: ${message}` : `basin: ${message}\n  ${hint}`,
    };
  }
  if (error instanceof CommanderError) {
    return {
      code: error.exitCode === 0 ? exitCodes.done : exitCodes.mistake,
      document: { error: { code: error.code, message: error.message.replace(/^error: /, ''), ours: false } },
      text: '', // Commander has said it.
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: exitCodes.fault,
    document: { error: { code: 'internal', message, ours: true } },
    text: `basin: a fault of ours, not of yours: ${error instanceof Error ? (error.stack ?? message) : message}`,
  };
}
