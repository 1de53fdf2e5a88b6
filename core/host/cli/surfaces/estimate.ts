import { UserError } from '#core/graph';
import { estimateRunSurface, programName, type OpenRun, type SurfaceRequest } from '#core/runs';
import { brief, duration, size, type Terminal } from '../terminal';

interface Asked {
  follow?: boolean;
  overCheckpoints?: unknown;
}

/** `basin surface RUN --estimate`: what the command would take, without computing the surface. */
export async function surfaceEstimate(terminal: Terminal, runs: readonly string[], { follow, overCheckpoints }: Asked, open: () => Promise<{ run: OpenRun; request: SurfaceRequest }>): Promise<void> {
  if (runs.length > 1 || follow || overCheckpoints !== undefined) {
    throw new UserError('surface.estimate.one', '--estimate is about one surface', { hint: 'Name one run, without --follow and --over-checkpoints: each slice takes what its surface does.' });
  }
  const { run, request } = await open();
  // Whoever computes it starts, and reads the run and its data, as was done until here.
  const openingSeconds = process.uptime();
  const estimate = await estimateRunSurface(run, request, { program: programName });
  const { points, done, examples, evaluations, memoryBytes, preparationSeconds, seconds } = estimate;
  const checkpoints = Math.max(0, evaluations - 1);
  const known = done === 0 ? '' : done === points ? ', all computed before' : `, ${done.toLocaleString('en')} of them computed before`;
  terminal.result({ ...estimate, openingSeconds }, () => [
    `About ${inWords(openingSeconds + seconds)}: ${inWords(openingSeconds)} to start and to read the run and its data, ${inWords(seconds)} for ${points.toLocaleString('en')} points on ${examples.toLocaleString('en')} examples${known}${checkpoints > 0 ? `, and for ${checkpoints.toLocaleString('en')} checkpoints of the path` : ''}.`,
    ...(preparationSeconds === undefined ? [] : [`Before that at most ${inWords(preparationSeconds)} to find the directions.`]),
    `Memory: ${size(memoryBytes)}.`,
  ]);
}

const inWords = (seconds: number): string => (seconds < 10 ? brief(Number(seconds.toPrecision(2))) : duration(seconds));
