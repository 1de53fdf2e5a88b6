import { UserError } from '#core/graph';
import { estimateFollowing, estimateRunSeries, estimateRunSurface, programName, type Moments, type OpenRun, type RunSurfaceEstimate, type SurfaceRequest } from '#core/runs';
import { brief, duration, size, type Terminal } from '../terminal';
import { checkFollowOptions } from './follow';

interface Asked {
  follow?: boolean;
  every: number;
  overCheckpoints?: Moments;
  recipe?: string;
  checkpoint?: unknown;
}

/** `basin surface RUN --estimate`: what the command would take, without computing the surface, the series, or following the run. */
export async function surfaceEstimate(terminal: Terminal, runs: readonly string[], { follow, every, ...asked }: Asked, open: () => Promise<{ run: OpenRun; request: SurfaceRequest }>): Promise<void> {
  if (runs.length > 1) throw new UserError('surface.estimate.one', '--estimate is about one run', { hint: 'Name one run: side by side each takes what its surface does.' });
  const { overCheckpoints } = asked;
  if (follow) checkFollowOptions(asked);
  const { run, request } = await open();
  // Whoever computes it starts, and reads the run and its data, as was done until here.
  const openingSeconds = process.uptime();
  if (follow) {
    const estimate = await estimateFollowing(run, request, { program: programName, every });
    const { seconds, longestSeconds, secondsApart } = estimate;
    return terminal.result({ ...estimate, openingSeconds, every }, () => [
      `A slice takes about ${inWords(seconds)}: ${pointsOf(estimate)}${checkpointsOf(estimate)}. ${secondsApart > every ? 'So that the training has at least as long to itself, one begins' : 'One begins'} every ${inWords(secondsApart)}, later where it takes longer beside the training.`,
      `With the longest path that is drawn ${inWords(longestSeconds)}; before the first slice ${inWords(openingSeconds)} to start and to read the run and its data.`,
      ...alike(estimate),
    ]);
  }
  if (overCheckpoints !== undefined) {
    const estimate = await estimateRunSeries(run, request, overCheckpoints, { program: programName });
    const { seconds, slices, doneSlices } = estimate;
    const known = doneSlices === 0 ? '' : doneSlices === slices ? ', all computed before' : `, ${doneSlices} of them computed before`;
    return terminal.result({ ...estimate, openingSeconds }, () => [
      `About ${inWords(openingSeconds + seconds)}: ${opening(openingSeconds)}, ${inWords(seconds)} for ${slices} slices${known}: ${pointsOf(estimate)}${estimate.evaluations > slices ? `, and ${(estimate.evaluations - slices).toLocaleString('en')} evaluations of checkpoints of their paths` : ''}.`,
      ...alike(estimate),
    ]);
  }
  const estimate = await estimateRunSurface(run, request, { program: programName });
  const { seconds } = estimate;
  terminal.result({ ...estimate, openingSeconds }, () => [
    `About ${inWords(openingSeconds + seconds)}: ${opening(openingSeconds)}, ${inWords(seconds)} for ${pointsOf(estimate)}${checkpointsOf(estimate)}.`,
    ...alike(estimate),
  ]);
}

const opening = (seconds: number): string => `${inWords(seconds)} to start and to read the run and its data`;

function pointsOf({ points, done, examples }: RunSurfaceEstimate): string {
  const known = done === 0 ? '' : done === points ? ', all computed before' : `, ${done.toLocaleString('en')} of them computed before`;
  return `${points.toLocaleString('en')} points on ${examples.toLocaleString('en')} examples${known}`;
}

function checkpointsOf({ evaluations }: RunSurfaceEstimate): string {
  const checkpoints = Math.max(0, evaluations - 1);
  return checkpoints > 0 ? `, and for ${checkpoints.toLocaleString('en')} checkpoints of the path` : '';
}

const alike = ({ preparationSeconds, memoryBytes }: RunSurfaceEstimate): string[] => [
  ...(preparationSeconds === undefined ? [] : [`Before that at most ${inWords(preparationSeconds)} to find the directions.`]),
  `Memory: ${size(memoryBytes)}.`,
];

const inWords = (seconds: number): string => (seconds < 10 ? brief(Number(seconds.toPrecision(2))) : duration(seconds));
