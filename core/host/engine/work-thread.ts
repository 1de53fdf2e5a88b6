import { Worker } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { portChannel, type EventPort } from '../transport/channel';
import { ClientPeer } from '../transport/client-peer';
import { workMarker } from './work-marker';
import type { WorkClient } from '../work/router';

/** A thread that computes, so that the engine goes on answering: kernels hold the thread that calls them. */
export interface WorkThread {
  readonly client: WorkClient;
  /** Settles when the thread is gone, with the error that ended it. */
  readonly ended: Promise<Error | undefined>;
  end(): Promise<void>;
}

/** @param entry the program file that becomes the thread; it serves the work router when it finds the marker */
export function startWorkThread(entry: URL): WorkThread {
  const worker = new Worker(entry, { workerData: workMarker, name: 'basin work' });
  const peer = new ClientPeer(portChannel(workerPort(worker)));
  let error: Error | undefined;
  worker.on('error', (raised: Error) => (error = raised));
  const ended = new Promise<Error | undefined>((resolve) => worker.once('exit', () => resolve(error)));
  return {
    client: createORPCClient(peer),
    ended,
    end: async () => {
      await worker.terminate();
    },
  };
}

/** A worker as the port it is. */
function workerPort(worker: Worker): EventPort {
  return {
    postMessage: (message) => worker.postMessage(message),
    addEventListener: (type, listener) => {
      if (type === 'message') worker.on('message', (data: unknown) => listener({ data }));
      else worker.on('exit', () => listener({}));
    },
    close: () => void worker.terminate(),
  };
}
