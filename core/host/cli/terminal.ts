import { Presets, SingleBar } from 'cli-progress';

/** Where a command's words go: results to standard output, everything else to standard error. */
export interface Terminal {
  /** Print exactly one JSON document at the end, nothing else, on standard output. */
  readonly json: boolean;
  /** The result: the document with `--json`, the lines for people without. */
  result(document: unknown, lines: () => string | readonly string[]): void;
  /** A line for people while the command works. */
  note(line: string): void;
  /** A bar for work of known length. */
  progress(title: string, total: number): Progress;
}

export interface Progress {
  /** How much is done, what to show beside it, and how long the rest takes where the work itself knows. */
  update(done: number, details?: { text?: string; remainingSeconds?: number }): void;
  end(): void;
}

interface Streams {
  out: { write(text: string): unknown };
  err: NodeJS.WritableStream & { isTTY?: boolean };
}

export function createTerminal(json: boolean, streams: Streams = { out: process.stdout, err: process.stderr }): Terminal {
  const note = (line: string): void => void streams.err.write(`${line}\n`);
  return {
    json,
    result(document, lines) {
      if (json) {
        streams.out.write(`${JSON.stringify(document, jsonValue)}\n`);
        return;
      }
      const text = lines();
      streams.out.write(`${typeof text === 'string' ? text : text.join('\n')}\n`);
    },
    note,
    progress: (title, total) => (streams.err.isTTY ? drawnBar(title, total, streams.err) : linesOfProgress(title, total, note)),
  };
}

/** Typed arrays as plain lists; what JSON has no number for (NaN, infinite) as null. */
function jsonValue(_: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, (number) => (Number.isFinite(number) ? number : null));
  return value;
}

function drawnBar(title: string, total: number, stream: NodeJS.WritableStream): Progress {
  const started = performance.now();
  const bar = new SingleBar(
    {
      format: `${title} {bar} {percentage}%  {text}  {remaining} left`,
      stream,
      hideCursor: true,
      clearOnComplete: false,
      stopOnComplete: false,
      barsize: 24,
      fps: 8,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { text: '', remaining: '-' });
  return {
    update(done, { text = '', remainingSeconds } = {}) {
      const elapsed = (performance.now() - started) / 1000;
      const rest = remainingSeconds ?? (done > 0 ? (elapsed / done) * (total - done) : NaN);
      bar.update(Math.min(done, total), { text, remaining: duration(rest) });
    },
    end: () => bar.stop(),
  };
}

/** Where nobody watches the line change (a log file, a pipe): at most one line every five percent. */
function linesOfProgress(title: string, total: number, note: (line: string) => void): Progress {
  let shown = -1;
  return {
    update(done, { text = '', remainingSeconds } = {}) {
      const part = Math.floor((done / total) * 20);
      if (part <= shown) return;
      shown = part;
      const rest = remainingSeconds === undefined ? '' : `, ${duration(remainingSeconds)} left`;
      note(`${title}: ${Math.floor((100 * done) / total)} %${text ? `, ${text}` : ''}${rest}`);
    },
    end: () => undefined,
  };
}

/** Seconds as a person says them: `4 s`, `3 min 20 s`, `2 h 05 min`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** A short time as a person says it: `12.3 ms`, `45 us`. */
export function brief(seconds: number): string {
  if (seconds >= 60) return duration(seconds);
  if (seconds >= 1) return `${seconds.toPrecision(3)} s`;
  return seconds >= 1e-3 ? `${(1e3 * seconds).toPrecision(3)} ms` : `${Number((1e6 * seconds).toPrecision(2))} us`;
}

/** Bytes as a person says them. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}

/** A number with four significant digits, without a needless exponent. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'infinite' : '-infinite';
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  const magnitude = Math.abs(value);
  return magnitude >= 1e-3 && magnitude < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(3);
}

/** Rows under a head, columns as wide as they need; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const cells = rows.map((row) => row.map((value) => (typeof value === 'number' ? number(value) : value)));
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => (row[column] ?? '').length)));
  const right = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number' || row[column] === '-'));
  const line = (row: readonly string[]): string =>
    row.map((value, column) => (right[column] ? value.padStart(widths[column] ?? 0) : value.padEnd(widths[column] ?? 0))).join('  ').trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)];
}
