import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../../scripts/build.mjs';
import { startHost } from '../../../scripts/start/host.mjs';

/** A web host of its own, with a home folder of its own. */
export interface TestHost {
  /** The address with its one-time token. */
  readonly address: string;
  /** Where settings and runs are kept; removed at the end. */
  readonly home: string;
  /** Ends the host as Ctrl-C does, and answers with its exit code. */
  end(): Promise<number>;
}

/** Builds what changed and serves it on a free port. */
export async function startTestHost(): Promise<TestHost> {
  await build(undefined, () => {});
  const home = mkdtempSync(join(tmpdir(), 'basin-home-'));
  const host = await startHost(['--port', '0'], { BASIN_HOME: home });
  return {
    address: host.address,
    home,
    async end() {
      host.end();
      const code = await host.ended;
      rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      return code;
    },
  };
}
