import { readFileSync } from 'node:fs';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { z } from 'zod';
import { UserError } from '#core/graph';
import { writeAtomically } from './folder/atomic-write';

/** What a person sets once for every run. */
export const settingsSchema = z.strictObject({
  /** Where runs are kept; absent: `runs` in Basin's own folder. */
  runsFolder: z.string().min(1).optional(),
  device: z.string().default('auto'),
  /** Processor threads for one computation; 0 takes every core. */
  threads: z.int().min(0).max(256).default(0),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  concurrentRuns: z.int().min(1).max(2).default(1),
  /** Compiled programs are kept on the disk and not compiled again. */
  keepPrograms: z.boolean().default(true),
});
export type Settings = Required<z.infer<typeof settingsSchema>>;

/**
 * Basin's folder for a person: `BASIN_HOME`, or the place the system has for programs' data (`~/.local/share/basin`,
 * `~/Library/Application Support/basin`, `%LOCALAPPDATA%\basin\Data`).
 */
export function homeFolder(): string {
  const chosen = process.env['BASIN_HOME'];
  return chosen ? resolve(chosen) : envPaths('basin', { suffix: '' }).data;
}

/**
 * Where compiled programs are kept, which may be removed at any time: `cache` in `BASIN_HOME`, or the place the system has for what can be made again
 * (`~/.cache/basin`, `~/Library/Caches/basin`, `%LOCALAPPDATA%\basin\Cache`).
 */
export function programsFolder(): string {
  const cache = process.env['BASIN_HOME'] ? join(homeFolder(), 'cache') : envPaths('basin', { suffix: '' }).cache;
  return join(cache, 'programs');
}

const settingsPath = (): string => join(homeFolder(), 'settings.json');

/** @throws UserError when the settings file was edited into something that cannot be read */
export function readSettings(): Settings {
  const stored = readJson(settingsPath());
  const parsed = settingsSchema.safeParse(stored ?? {});
  if (!parsed.success) {
    throw new UserError('settings.invalid', `${settingsPath()} is not valid: ${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`, {
      hint: 'Correct the file, or remove it to start from the defaults.',
    });
  }
  return { runsFolder: join(homeFolder(), 'runs'), ...parsed.data };
}

/** Changes some settings and returns all of them. */
export function changeSettings(changes: Partial<Settings>): Settings {
  const changed = { ...readSettings(), ...changes };
  mkdirSync(homeFolder(), { recursive: true });
  writeAtomically(settingsPath(), `${JSON.stringify(settingsSchema.parse(changed), null, 2)}\n`);
  return changed;
}

/** The contents of a JSON file, or `undefined` when there is none. @throws UserError when it is not JSON */
export function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError('json.invalid', `${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
