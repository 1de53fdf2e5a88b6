import { settled, type CheckpointName, type OpenRun } from '#core/runs';
import type { Terminal } from './terminal';

/** The weights that a question is about: of a run at work those of now, whatever it writes meanwhile. Which they are is said. */
export function takenWeights<Request extends { checkpoint: CheckpointName }>(terminal: Terminal, run: OpenRun, request: Request): { run: OpenRun; request: Request } {
  const taken = settled(run, request);
  if (taken.run !== run) terminal.note(`"${run.file.name}" is at work; this is about its weights of step ${taken.request.checkpoint}.`);
  return taken;
}
