import { resolveRun, type CheckpointName } from '#core/runs';

/** `RUN`, `RUN@best`, `RUN@1200`; of a population `RUN#3` or `RUN#3@best`. */
export function otherWeights(text: string): { run: string; checkpoint?: CheckpointName; member?: number } {
  const [, named = text, member, at] = /^(.*?)(?:#(\d+))?(?:@(init|last|best|\d+))?$/.exec(text) ?? [];
  const checkpoint = at === undefined ? undefined : /^\d+$/.test(at) ? Number(at) : (at as 'init' | 'last' | 'best');
  return { run: resolveRun(named).folder, ...(checkpoint !== undefined && { checkpoint }), ...(member !== undefined && { member: Number(member) }) };
}
