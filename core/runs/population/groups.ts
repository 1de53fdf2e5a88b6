import { totalmem } from 'node:os';
import { programsOf } from '#core/train';
import { stepCost } from '../step-cost';
import type { PopulationParts } from './compose';

/** Share of the machine's memory that the members of one program may fill. */
const shareOfMemory = 0.4;

/** What one member needs, in bytes: its step's values, weights with gradient and state, and the outputs of an epoch. */
export function memberBytes({ combinations: [parts] }: PopulationParts): number {
  const { data, loss, parameters } = parts!;
  // The device's weights, and those of the last reading, of the best and of the checkpoint under way.
  return stepCost(parts!).bytes / 2 + parameters * 4 * 16 + data.train.count * loss.outputs * 8 + (data.validation?.count ?? 0) * loss.outputs * 16;
}

/**
 * Which members are trained in one program: those whose steps differ in numbers only, and no more than fit in memory (or than
 * `groupSize` says). What a member learns does not depend on its group.
 */
export function planGroups(parts: PopulationParts, memory = totalmem()): number[][] {
  const { population, combinations, members } = parts;
  const size = population.groupSize ?? Math.max(1, Math.floor((memory * shareOfMemory) / memberBytes(parts)));
  return programsOf(combinations, combinations[0]!.data).flatMap((program) => {
    const own = members.filter(({ combination }) => program.includes(combination)).map(({ member }) => member);
    // Groups of nearly equal size.
    const count = Math.ceil(own.length / size);
    const each = Math.ceil(own.length / count);
    return Array.from({ length: count }, (_, i) => own.slice(i * each, (i + 1) * each)).filter((group) => group.length > 0);
  });
}
