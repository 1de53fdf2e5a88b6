import { keepPrograms, ProgramStore } from '#core/runtime';
import { programsFolder, readSettings } from '#core/runs';
import type { KeptPrograms } from './contract';

/** Keeps compiled programs, in this process or thread, as long as the settings say so. */
export function keepProgramsAsSet(): void {
  keepPrograms(() => (readSettings().keepPrograms ? programsFolder() : undefined));
}

/** What the programs take that are kept. */
export function keptProgramsSize(): KeptPrograms {
  return { folder: programsFolder(), ...new ProgramStore(programsFolder()).size() };
}

/** Removes all programs that are kept. */
export function clearKeptPrograms(): void {
  new ProgramStore(programsFolder()).clear();
}
