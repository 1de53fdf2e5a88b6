import { os } from '@orpc/server';
import { computeRunPath, estimateRunPath, programName, type OpenRun, type PathRequest } from '#core/runs';
import { given } from './given';
import { pathRecipeWork } from './recipes';
import type { WorkOptions } from './router';
import { Turns } from './turns';

interface PathInput extends WorkOptions {
  folder: string;
  member: number | undefined;
  request: PathRequest;
}

const turns = new Turns();

/** Questions about paths between weights; one path at a time. */
export const pathWork = (open: (run: Pick<PathInput, 'folder' | 'member'> & WorkOptions) => Promise<OpenRun>) => ({
  path: os.input(given<PathInput>()).handler(async function* ({ input, signal }) {
    const done = await turns.take();
    try {
      if (!signal?.aborted) yield* computeRunPath(await open(input), input.request, { program: programName, ...(signal && { signal }) });
    } finally {
      done();
    }
  }),
  pathEstimate: os.input(given<PathInput>()).handler(async ({ input, signal }) =>
    estimateRunPath(await open(input), input.request, { program: programName, ...(signal && { signal }) })),
  pathFromRecipe: os.input(given<{ path: string } & WorkOptions>()).handler(({ input: { path, threads } }) => pathRecipeWork(path, (run) => open({ ...run, threads }))),
});
