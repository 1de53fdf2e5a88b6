import { connect, type Connection, type HostClient } from '#host-client';
import { explain } from './app/notices.svelte';
import { shell } from './shell';

/**
 * `connecting`: for the first time; `ready`; `restarting`: the engine ended and another takes its place; `lost`: the
 * host does not answer, tried again by itself.
 */
export type HostState = 'connecting' | 'ready' | 'restarting' | 'lost';

/** Milliseconds between two attempts to reach the host: doubled from the first to the last. */
const firstPause = 500;
const longestPause = 8000;

/**
 * The connection to the engine. `host.client` is the contract; reading it in an effect or a `$derived` makes that run
 * again after a reconnection, so that streams resume and what is shown is asked for anew.
 */
class Host {
  state = $state<HostState>('connecting');
  /** why the connection is not there, for people */
  reason = $state('');
  /** true from the first connection on: views keep their contents while the engine restarts */
  ready = $state(false);
  #generation = $state(0);
  #connection: Connection | undefined;
  #pause = firstPause;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get client(): HostClient {
    void this.#generation;
    if (!this.#connection) throw new Error('The contract was used before the window was connected to the engine.');
    return this.#connection.client;
  }

  /** Connects; called at the start and by "Try now". */
  async reconnect(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const end = await shell.connect();
      const connection = connect(end);
      end.addEventListener('close', () => this.#lose(connection, 'The connection to the engine ended.'));
      connection.onInterrupted(() => {
        this.state = 'restarting';
        void this.#greet(connection);
      });
      this.#connection = connection;
      await this.#greet(connection);
    } catch (error) {
      this.#lose(this.#connection, explain(error).message);
    }
  }

  /** The engine's first answer makes the window usable. */
  async #greet(connection: Connection): Promise<void> {
    try {
      await connection.client.app.info();
    } catch (error) {
      // An engine that ended again is told by the next interruption, a lost connection by its close.
      if (explain(error).code === 'connection.closed' || this.state === 'restarting') return;
      throw error;
    }
    if (this.#connection !== connection) return;
    this.state = 'ready';
    this.reason = '';
    this.ready = true;
    this.#pause = firstPause;
    this.#generation++;
  }

  #lose(connection: Connection | undefined, reason: string): void {
    if (connection !== this.#connection) return;
    this.state = 'lost';
    this.reason = reason;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.reconnect(), this.#pause);
    this.#pause = Math.min(longestPause, this.#pause * 2);
  }
}

export const host = new Host();
