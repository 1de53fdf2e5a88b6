import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { GivenDirections, LandscapeProblem } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { writeAtomically } from '../folder/atomic-write';
import { readFoundDirections, writeDirections } from './direction-file';

/**
 * Directions that are costly to find are kept in the run's folder: the next surface along them, its estimate, its checks and whoever
 * continues it after a stop need not find them again, and find the very same ones.
 */
export class KeptDirections {
  readonly #path: string;

  /** @param of all that decides what is found, the weights among it */
  constructor(run: Pick<OpenRun, 'paths'>, private readonly problem: Pick<LandscapeProblem, 'parameters'>, kind: string, of: unknown) {
    this.#path = run.paths.directions(`${kind}-${createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 16)}`);
  }

  get known(): boolean {
    return existsSync(this.#path);
  }

  async get(find: () => Promise<GivenDirections>): Promise<GivenDirections> {
    if (!this.known) {
      const bytes = writeDirections(await find(), this.problem.parameters);
      mkdirSync(dirname(this.#path), { recursive: true });
      writeAtomically(this.#path, bytes);
    }
    return readFoundDirections(readFileSync(this.#path), this.problem.parameters, this.#path);
  }
}
