// The engine: a process of its own that computes for the window. Started by the desktop shell (a utility process, one port a window) or
// by the web host (a child process, one connection a window). The same file is what its work threads run.
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { findRuns } from '#core/runs';
import { serveHost, type HostPipe } from './engine/host-link';
import { RunQueue } from './engine/run-queue';
import { isWorkData, leaveWhenAsked } from './engine/work-data';
import { WorkPool } from './engine/work-pool';
import { createRouter } from './implementation';
import { keepProgramsAsSet } from './kept-programs';
import { portChannel, type Channel, type EmitterPort, type EventPort } from './transport/channel';
import type { ClientMessage, ServerMessage } from './transport/message';
import { serveRouter } from './transport/server-peer';
import { workRouter } from './work/router';

/** Electron's utility process has a port to its parent in `process`. */
interface UtilityProcess {
  parentPort?: { on(type: 'message', listener: (event: { data: { kind: string }; ports: EmitterPort[] }) => void): void };
}

function startEngine(): void {
  const pool = new WorkPool(new URL(import.meta.url));
  const queue = new RunQueue(pool);
  const shell = process.env['BASIN_SHELL'] === 'desktop' ? 'desktop' : 'web';
  const router = createRouter({ shell, pool, queue });
  let leaving = false;
  // Work that is cut off because the engine leaves is no fault worth a report.
  const report = (error: unknown): void => void (leaving || console.error(error));
  const serve = (channel: Channel<ServerMessage, ClientMessage>): void => serveRouter(router, channel, { report });
  const shutdown = (): void => {
    if (leaving) return;
    leaving = true;
    void queue.stopAll().then(() => pool.endAll()).then(() => process.exit(0));
  };

  const { parentPort: desktop } = process as UtilityProcess;
  if (desktop) {
    desktop.on('message', ({ data, ports }) => {
      if (data.kind === 'shutdown') shutdown();
      for (const port of ports) serve(portChannel(port));
    });
  } else if (process.send) {
    const pipe: HostPipe = {
      // What is meant for a host that is gone is lost with it: `disconnect` ends the engine.
      send: (message) => void process.send?.(message, undefined, undefined, () => undefined),
      on: (listener) => void process.on('message', listener),
    };
    process.once('disconnect', shutdown);
    serveHost(pipe, serve, shutdown);
  } else {
    throw new Error('The engine is started by the desktop shell or by `basin serve`, not by hand.');
  }
  if (process.env['BASIN_RESTARTED'] === '1') resumeInterrupted(queue);
}

/** After a crash: the runs that the engine before was training go on from their last checkpoint. */
function resumeInterrupted(queue: RunQueue): void {
  for (const run of findRuns()) {
    if (run.file.state === 'running') queue.start(run);
  }
}

keepProgramsAsSet();
if (isMainThread) startEngine();
else if (isWorkData(workerData) && parentPort) {
  leaveWhenAsked(workerData);
  serveRouter(workRouter, portChannel(parentPort as unknown as EventPort), { report: () => undefined });
}
