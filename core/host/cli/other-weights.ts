import { resolveRun, type CheckpointName } from '#core/runs';

/** `RUN`, `RUN@best`, `RUN@1200`; of a population `RUN#3` or `RUN#3@best`; a point of a path `RUN@path:NAME/1`. */
export function otherWeights(text: string): { run: string; checkpoint?: CheckpointName | string; member?: number } {
  const [, named = text, member, at] = /^(.*?)(?:#(\d+))?(?:@(init|last|best|\d+|path:[\w.-]+\/(?:end|\d+)))?$/.exec(text) ?? [];
  const checkpoint = at === undefined ? undefined : /^\d+$/.test(at) ? Number(at) : at;
  return { run: resolveRun(named).folder, ...(checkpoint !== undefined && { checkpoint }), ...(member !== undefined && { member: Number(member) }) };
}
