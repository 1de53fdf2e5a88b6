import { UserError } from '#core/graph';
import type { RunFile } from '../folder/run-file';
import type { RunPaths } from '../folder/paths';
import { readMembers, type MemberEntry, type MembersFile } from './members-file';

/** A member by its number, or the best one by the figure that the run watches. */
export type MemberChoice = number | 'best';

/**
 * The chosen member of a population.
 *
 * @throws UserError when none is chosen, when there is no such member, or when the run has no members
 */
export function chooseMember(paths: RunPaths, file: RunFile, choice: MemberChoice | undefined): { entry: MemberEntry; table: MembersFile } {
  const table = membersOf(paths, file);
  if (choice === undefined) {
    throw new UserError('run.population', `Run "${file.name}" is a population of ${table.members.length} networks: choose one.`, {
      hint: `Add --member NUMBER (0 to ${table.members.length - 1}) or --member best; \`basin members\` lists them.`,
    });
  }
  if (choice === 'best') return { entry: bestMember(table, file), table };
  const entry = table.members[choice];
  if (entry) return { entry, table };
  throw new UserError('run.no-member', `Run "${file.name}" has no member ${choice}: they are numbered from 0 to ${table.members.length - 1}.`);
}

/** The members of a run. @throws UserError when it is no population, or was not started yet */
export function membersOf(paths: RunPaths, file: RunFile): MembersFile {
  const table = readMembers(paths);
  if (table) return table;
  const population = 'population' in file.specification;
  throw new UserError(population ? 'run.no-checkpoint' : 'run.no-population', population
    ? `Run "${file.name}" has not been started yet.`
    : `Run "${file.name}" is a single network: it has no members.`);
}

function bestMember({ members, watched: { name, part }, better }: MembersFile, file: RunFile): MemberEntry {
  const value = ({ results, latest }: MemberEntry): number | null | undefined => (results ?? latest)?.[part]?.[name];
  const sound = members.filter((entry) => entry.state !== 'diverged' && typeof value(entry) === 'number');
  const [best] = sound.sort((a, b) => (better[name] === 'higher' ? -1 : 1) * (value(a)! - value(b)!) || a.member - b.member);
  if (best) return best;
  throw new UserError('run.no-member', `No member of run "${file.name}" has a ${part} ${name} yet.`, { hint: 'Choose one by its number.' });
}
