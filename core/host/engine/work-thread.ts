import { MessageChannel, Worker } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { portChannel, type EventPort } from '../transport/channel';
import { ClientPeer } from '../transport/client-peer';
import { workDataOf } from './work-data';
import type { WorkClient } from '../work/router';

/** How long a thread may take to come out of a kernel, in milliseconds. */
const patience = 10_000;

/** A thread that computes, so that the engine goes on answering: kernels hold the thread that calls them. */
export interface WorkThread {
  readonly client: WorkClient;
  /** Settles when the thread is gone, with the error that ended it. */
  readonly ended: Promise<Error | undefined>;
  end(): Promise<void>;
}

/** @param entry the program file that becomes the thread; it serves the work router when it finds the marker */
export function startWorkThread(entry: URL): WorkThread {
  const { port1: leave, port2 } = new MessageChannel();
  const worker = new Worker(entry, { workerData: workDataOf(port2), transferList: [port2], name: 'basin work' });
  leave.unref();
  const peer = new ClientPeer(portChannel(workerPort(worker)));
  let error: Error | undefined;
  worker.on('error', (raised: Error) => (error = raised));
  const ended = new Promise<Error | undefined>((resolve) => worker.once('exit', () => {
    leave.close();
    resolve(error);
  }));
  return {
    client: createORPCClient(peer),
    ended,
    end: async () => {
      leave.postMessage('leave');
      const timer = setTimeout(() => void worker.terminate(), patience);
      await ended;
      clearTimeout(timer);
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
    // The thread's end is `end`'s business.
    close: () => undefined,
  };
}
