import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { UserError } from '#core/graph';
import type { GivenDirections, LandscapeProblem } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { writeAtomically } from '../folder/atomic-write';
import { readDirections } from './direction-file';
import type { SurfaceRequest } from './request';

/** A person's own directions, and how a recipe names them. */
export interface GivenVectors {
  readonly reference: { readonly file: string; readonly hash: string; readonly count: 1 | 2 | 3 };
  readonly directions: GivenDirections['directions'];
  /** Puts a copy into the run's folder, from which the same picture can be made without the file. */
  keep(): void;
}

/** @throws UserError when the file, or the run's copy, is not there or does not fit the network */
export function givenVectors(run: Pick<OpenRun, 'paths'>, asked: NonNullable<SurfaceRequest['vectors']>, { parameters }: Pick<LandscapeProblem, 'parameters'>): GivenVectors {
  const copy = (hash: string): string => run.paths.directions(`vectors-${hash}`);
  const path = 'file' in asked ? asked.file : copy(asked.kept);
  if (!existsSync(path)) {
    throw 'file' in asked
      ? new UserError('surface.vectors', `${path} cannot be read: there is no such file.`)
      : new UserError('surface.vectors', `${run.paths.folder} keeps no directions ${asked.kept}.`, { hint: 'Give the file again.' });
  }
  const bytes = readFileSync(path);
  const { directions } = readDirections(bytes, parameters, path);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return {
    reference: { file: 'file' in asked ? basename(path) : asked.name, hash, count: directions.length as 1 | 2 | 3 },
    directions,
    keep() {
      if (existsSync(copy(hash))) return;
      mkdirSync(dirname(copy(hash)), { recursive: true });
      writeAtomically(copy(hash), bytes);
    },
  };
}
