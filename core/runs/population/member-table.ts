import { watchOf, type PopulationEvent, type PopulationProgress } from '#core/train';
import type { PartResults } from '../evaluation/results';
import type { RunFile } from '../folder/run-file';
import type { RunPaths } from '../folder/paths';
import type { PopulationParts } from './compose';
import { readMembers, writeMembers, type MemberEntry, type MembersFile } from './members-file';
import { summarizeMembers } from './summary';

type EpochEvent = Extract<PopulationEvent, { kind: 'epoch' }>;

/** Milliseconds between two writings of members.json while they train. */
const saveInterval = 1000;

/** The members of a population that is being trained, as members.json tells of them. */
export class MemberTable {
  readonly #paths: RunPaths;
  readonly #file: MembersFile;
  #saved = -Infinity;

  private constructor(paths: RunPaths, file: MembersFile) {
    this.#paths = paths;
    this.#file = file;
  }

  /** Reads the table, or makes it: groups are decided once, when the run is started. */
  static open(paths: RunPaths, { members, combinations }: PopulationParts, plan: () => number[][], checkpoint: 'best' | 'last'): MemberTable {
    const known = readMembers(paths);
    if (known) return new MemberTable(paths, known);
    const groups = plan();
    const entries = members.map(({ member, seed: own, values }): MemberEntry => {
      const group = groups.findIndex((each) => each.includes(member));
      return { member, seed: own, values, group, place: groups[group]!.indexOf(member), state: 'waiting', step: 0, epoch: 0 };
    });
    const { training, metrics, data } = combinations[0]!;
    const validated = data.validation !== undefined;
    const table = new MemberTable(paths, {
      basin: 1,
      checkpoint,
      watched: { name: watchOf(training, metrics, validated).name, part: validated ? 'validation' : 'train' },
      better: { loss: 'lower', ...Object.fromEntries(Object.entries(metrics).map(([name, { better }]) => [name, better])) },
      groups,
      members: entries,
    });
    table.save(true);
    return table;
  }

  get groups(): readonly (readonly number[])[] {
    return this.#file.groups;
  }

  isDone(group: number): boolean {
    return this.#of(group).every(({ state }) => state !== 'waiting' && state !== 'training');
  }

  /** Enters how far a group has come, with the scores of the epoch that is complete. */
  enter(group: number, { step, epoch, members }: PopulationProgress, scores?: EpochEvent): void {
    for (const entry of this.#of(group)) {
      const { ended, best } = members[entry.place]!;
      if (ended === undefined) Object.assign(entry, { state: 'training', step, epoch });
      else Object.assign(entry, { state: ended.reason, step: ended.step, epoch: ended.epoch + (ended.reason === 'early' ? 1 : 0), ...(ended.what !== undefined && { what: ended.what }) });
      if (best) entry.best = { name: this.#file.watched.name, value: best.value, epoch: best.epoch + 1, step: best.step };
      const own = scores && (['train', 'validation'] as const).flatMap((part) => {
        const each = scores[part]?.[entry.place];
        return each ? [[part, finite({ loss: each.loss, ...each.metrics })] as const] : [];
      });
      if (own && own.length > 0) entry.latest = Object.fromEntries(own);
    }
  }

  /** Enters what the finished members of a group are worth. */
  conclude(group: number, results: readonly PartResults[]): void {
    for (const entry of this.#of(group)) {
      if (entry.state === 'training' || entry.state === 'waiting') entry.state = 'finished';
      if (entry.state !== 'diverged') entry.results = results[entry.place]!;
    }
    this.save(true);
  }

  overview(): NonNullable<RunFile['population']> {
    const { members, groups } = this.#file;
    return {
      members: members.length,
      groups: groups.length,
      diverged: members.filter(({ state }) => state === 'diverged').length,
      summary: summarizeMembers(members),
    };
  }

  save(now: boolean): void {
    if (!now && performance.now() - this.#saved < saveInterval) return;
    writeMembers(this.#paths, this.#file, { durable: now });
    this.#saved = performance.now();
  }

  #of(group: number): MemberEntry[] {
    return this.#file.groups[group]!.map((member) => this.#file.members[member]!);
  }
}

const finite = (values: Record<string, number>): Record<string, number | null> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number.isFinite(value) ? value : null]));
