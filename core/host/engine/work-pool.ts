import { startWorkThread, type WorkThread } from './work-thread';
import type { WorkClient } from '../work/router';

/** Threads by what they are for. A thread for questions stays and keeps what it has read; one that ends is replaced at the next question. */
export class WorkPool {
  readonly #entry: URL;
  readonly #threads = new Map<string, WorkThread>();

  constructor(entry: URL) {
    this.#entry = entry;
  }

  /** The thread with this purpose, started when it is first wanted. */
  client(purpose: string): WorkClient {
    return this.thread(purpose).client;
  }

  thread(purpose: string): WorkThread {
    const known = this.#threads.get(purpose);
    if (known) return known;
    const thread = startWorkThread(this.#entry);
    this.#threads.set(purpose, thread);
    void thread.ended.then(() => {
      if (this.#threads.get(purpose) === thread) this.#threads.delete(purpose);
    });
    return thread;
  }

  async end(purpose: string): Promise<void> {
    await this.#threads.get(purpose)?.end();
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#threads.values()].map((thread) => thread.end()));
  }
}
