import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Answer, Request } from './messages';
import { serve } from './serve';

type Asked = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * A thread beside this one in which programs of the processor run. A run holds the thread that it runs in, and its own threads wait for each other at every operator: several runs that have
 * nothing to do with each other, each on one core, take less time in threads like this than one after the other on all cores.
 */
export class ComputeThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #ended: Error | undefined;

  private constructor(onEnd: () => void) {
    const library = createRequire(import.meta.url).resolve('onnxruntime-node');
    // The bundler may give functions their names back by a helper of this name.
    const text = `const __name = (f) => f; (${serve.toString()})(require, ${JSON.stringify(library)});`;
    this.#worker = new Worker(text, { eval: true, name: 'basin compute' });
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => this.#settle(answer));
    const end = (error: Error): void => {
      this.#ended ??= error;
      onEnd();
      for (const { reject } of this.#waiting.values()) reject(this.#ended);
      this.#waiting.clear();
    };
    this.#worker.on('error', end);
    this.#worker.on('exit', (code) => end(new Error(`a compute thread ended (${code})`)));
  }

  static readonly #open: ComputeThread[] = [];

  /** So many threads of this process, the same ones at each call; they are opened when they are first needed, and hold up no exit. */
  static several(count: number): readonly ComputeThread[] {
    const open = ComputeThread.#open;
    while (open.length < count) {
      const thread: ComputeThread = new ComputeThread(() => {
        const at = open.indexOf(thread);
        if (at >= 0) open.splice(at, 1);
      });
      open.push(thread);
    }
    return open.slice(0, count);
  }

  /** A number for a program, unlike all others. */
  readonly nextProgram = ((next) => () => next++)(0);

  /** Asks the thread, which answers in the order that it is asked. @throws what the thread says, or that it has ended */
  ask(request: Asked): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = this.#count++;
    if (this.#waiting.size === 0) this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...request, id });
    });
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)!;
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('error' in answer) waiting.reject(new Error(answer.error));
    else waiting.resolve(answer.value);
  }
}
