import { fork, type ChildProcess } from 'node:child_process';
import type { WireError } from '../transport/message';

/** What the host tells its engine. Frames are opaque: the contract is spoken between window and engine. */
export type ToEngine =
  | { kind: 'open'; connection: number }
  | { kind: 'frame'; connection: number; frame: Uint8Array }
  | { kind: 'close'; connection: number }
  | { kind: 'shutdown' };

export type FromEngine =
  | { kind: 'ready' }
  | { kind: 'frame'; connection: number; frame: Uint8Array }
  | { kind: 'close'; connection: number };

export interface EngineEvents {
  frame(connection: number, frame: Uint8Array): void;
  close(connection: number): void;
  /** The engine ended by itself; another has been started unless `final`. */
  ended(error: WireError, final: boolean): void;
}

/** An engine that ends this often within this many milliseconds is not started again. */
const crashLimit = { count: 5, within: 60_000 };
/** How long the engine may take to pause its runs and leave. */
const shutdownTime = 15_000;

/** The engine as a child process, started again when it ends unexpectedly. */
export class EngineProcess {
  readonly #entry: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #events: EngineEvents;
  readonly #crashes: number[] = [];
  #child: ChildProcess;
  #ending = false;
  #dead = false;

  constructor(entry: string, environment: NodeJS.ProcessEnv, events: EngineEvents) {
    this.#entry = entry;
    this.#environment = environment;
    this.#events = events;
    this.#child = this.#start();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(message: ToEngine): void {
    // What is sent to an engine that is just ending is lost with it; the window is told of the end itself.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Lets the engine pause its runs with a checkpoint, then ends it. */
  async shutdown(): Promise<void> {
    this.#ending = true;
    const child = this.#child;
    if (this.#dead || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.send({ kind: 'shutdown' });
    const timer = setTimeout(() => child.kill('SIGKILL'), shutdownTime);
    await exited;
    clearTimeout(timer);
  }

  #start(): ChildProcess {
    const child = fork(this.#entry, [], {
      serialization: 'advanced',
      env: { ...process.env, ...this.#environment, ...(this.#crashes.length > 0 && { BASIN_RESTARTED: '1' }) },
      // Standard output belongs to the host's one JSON line.
      stdio: ['ignore', 2, 2, 'ipc'],
      // Ctrl-C in a terminal reaches every process of the group; the host decides what it means.
      ...(process.platform !== 'win32' && { detached: true }),
    });
    child.on('message', (message: FromEngine) => {
      if (message.kind === 'frame') this.#events.frame(message.connection, message.frame);
      else if (message.kind === 'close') this.#events.close(message.connection);
    });
    child.once('exit', (code, signal) => this.#ended(signal ? `by signal ${signal}` : `with code ${code}`));
    return child;
  }

  #ended(how: string): void {
    if (this.#ending) return;
    const now = Date.now();
    this.#crashes.push(now);
    while ((this.#crashes[0] ?? now) < now - crashLimit.within) this.#crashes.shift();
    const final = this.#crashes.length >= crashLimit.count;
    const message = `The engine ended unexpectedly (${how})${final ? ` for the ${crashLimit.count}th time in a minute` : ' and was started again'}.`;
    this.#dead = final;
    if (!final) this.#child = this.#start();
    this.#events.ended(
      {
        code: 'engine.ended',
        message,
        hint: final ? 'Start Basin again; runs can be resumed from their last checkpoint.' : 'Runs go on from their last checkpoint.',
        ours: true,
      },
      final,
    );
  }
}
