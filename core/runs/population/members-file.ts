import { UserError } from '#core/graph';
import { z } from 'zod';
import { writeAtomically } from '../folder/atomic-write';
import type { RunPaths } from '../folder/paths';
import { checkVersion } from '../folder/run-file';
import { readJson } from '../home';

const scores = z.record(z.string(), z.record(z.string(), z.number().nullable()));

const memberSchema = z.object({
  member: z.int(),
  seed: z.int(),
  values: z.record(z.string(), z.number()),
  /** Its group, and its place on the first axis of the group's tensors. */
  group: z.int(),
  place: z.int(),
  /** `early`: stopped for lack of progress; `diverged`: its numbers were no longer finite. */
  state: z.enum(['waiting', 'training', 'finished', 'early', 'diverged']),
  step: z.int(),
  epoch: z.number(),
  /** What was no longer finite. */
  what: z.string().optional(),
  best: z.object({ name: z.string(), value: z.number(), epoch: z.int(), step: z.int() }).optional(),
  /** Loss and metrics of its last epoch, by part. */
  latest: scores.optional(),
  /** Of its finished weights, on every part. */
  results: scores.optional(),
});
export type MemberEntry = z.infer<typeof memberSchema>;

/** `members.json`: who is who in a population, and how far each has come. */
export const membersFileSchema = z.object({
  basin: z.literal(1),
  /** The weights that a finished member is judged by. */
  checkpoint: z.enum(['best', 'last']),
  /** What the best checkpoint and early stopping look at, and on which part. */
  watched: z.object({ name: z.string(), part: z.enum(['train', 'validation']) }),
  /** Which way each figure is better. */
  better: z.record(z.string(), z.enum(['higher', 'lower'])),
  /** Members that are trained in one program. */
  groups: z.array(z.array(z.int())),
  members: z.array(memberSchema),
});
export type MembersFile = z.infer<typeof membersFileSchema>;

/** The members of a population; `undefined` before it was first started. @throws UserError when the file is damaged, or was written by a newer program */
export function readMembers(paths: RunPaths): MembersFile | undefined {
  const stored = readJson(paths.members);
  if (stored === undefined) return undefined;
  checkVersion(stored, paths.members);
  const parsed = membersFileSchema.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw new UserError('run.damaged', `${paths.members} is not a list of members: ${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`);
}

export function writeMembers(paths: RunPaths, file: MembersFile, options: { durable?: boolean } = {}): void {
  const { members, ...head } = file;
  // One member a line, for people and for line-based tools.
  writeAtomically(paths.members, `${JSON.stringify(head).slice(0, -1)},"members":[\n${members.map((each) => JSON.stringify(each)).join(',\n')}\n]}\n`, options);
}
