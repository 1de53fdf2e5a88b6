import { type Tensor, UserError } from '#core/graph';

/** The error of an executor that meets an op it has no rule for. Executors look for that when they compile, never when they run. */
export const missingRule = (executor: string, node: Tensor): UserError =>
  new UserError('runtime.missing-rule', `the ${executor} executor cannot compute ${node}`, { hint: 'choose another device; `basin devices` lists them' });
