import { MessageChannelMain, utilityProcess } from 'electron';
import type { UtilityProcess, WebContents } from 'electron';
import { channels, type EngineEnded } from './channels';
import { tooOften } from './too-often';

/** How long the engine may take to put its runs away at the end, in milliseconds. */
const farewell = 10_000;

export interface EngineEvents {
  /** The engine keeps ending; it was not started again. */
  onGivenUp(message: string): void;
}

/**
 * The engine: a process of its own, so that a fault in a driver or a kernel never takes the window down. When it ends
 * unexpectedly another is started, the connected page is told and gets a new port; runs go on from their last checkpoint.
 */
export class EngineProcess {
  private process: UtilityProcess | undefined;
  /** The page that asked for a port. */
  private page: WebContents | undefined;
  private restarted = false;
  private ending = false;
  private readonly endedTooOften = tooOften(5, 60_000);

  constructor(
    private readonly entry: string,
    private readonly events: EngineEvents,
  ) {}

  start(): void {
    const child = utilityProcess.fork(this.entry, [], {
      serviceName: 'Basin engine',
      // Told that it takes another's place, an engine goes on with the runs that were running.
      env: { ...process.env, BASIN_SHELL: 'desktop', ...(this.restarted && { BASIN_RESTARTED: '1' }) },
      // The native libraries of ONNX Runtime and DuckDB carry their makers' signatures, not ours.
      allowLoadingUnsignedLibraries: true,
    });
    this.process = child;
    child.once('exit', (code) => {
      if (this.process === child) this.process = undefined;
      if (!this.ending) this.restart(code);
    });
  }

  /** Gives a page a port to the engine, in the place of the one it had. */
  connect(page: WebContents): void {
    this.page = page;
    page.once('destroyed', () => {
      if (this.page === page) this.page = undefined;
    });
    this.handOver();
  }

  /** Lets the engine put its runs away (each with a checkpoint) and end. */
  async end(): Promise<void> {
    this.ending = true;
    const child = this.process;
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.postMessage({ kind: 'shutdown' });
    const timer = setTimeout(() => child.kill(), farewell);
    await ended;
    clearTimeout(timer);
  }

  private handOver(): void {
    const { process: child, page } = this;
    if (child === undefined || page === undefined || page.isDestroyed()) return;
    const { port1, port2 } = new MessageChannelMain();
    child.postMessage({ kind: 'connect' }, [port1]);
    page.postMessage(channels.port, null, [port2]);
  }

  private restart(code: number): void {
    const again = !this.endedTooOften();
    this.restarted = true;
    const message = `The engine ended unexpectedly (code ${code}).`;
    const hint = again
      ? 'It was started again; runs go on from their last checkpoint.'
      : 'It ended several times in a row and was not started again. Start Basin again; if it stays so, choose the CPU in Settings.';
    const told: EngineEnded = { message, hint };
    if (this.page !== undefined && !this.page.isDestroyed()) this.page.send(channels.engineEnded, told);
    if (!again) return this.events.onGivenUp(`${message} ${hint}`);
    this.start();
    this.handOver();
  }
}
