/** Numbers as people read and write them in fields and tables. */

/** Up to `digits` significant digits, without trailing zeros; very large and very small ones as `1.2e-5`. */
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size < 1e-4 || size >= 1e7 ? trimExponent(value.toExponential(digits - 1)) : trim(value, digits);
  return text.replace('-', '−').replace('e−', 'e-');
}

function trim(value: number, digits: number): string {
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(digits)));
}

function trimExponent(text: string): string {
  const [mantissa = '', exponent = ''] = text.split('e');
  return `${Number(mantissa)}e${exponent.replace('+', '')}`;
}

/** The ticks of an axis, with as many digits as it takes to tell them apart. */
export function formatTicks(ticks: readonly (number | null)[]): string[] {
  const distinct = new Set(ticks.filter((tick) => tick !== null)).size;
  for (let digits = 3; digits < 9; digits++) {
    const words = ticks.map((tick) => (tick === null ? '' : formatNumber(tick, digits)));
    if (new Set(words.filter(Boolean)).size === distinct) return words;
  }
  return ticks.map((tick) => (tick === null ? '' : String(tick)));
}

/** A number in a field: exact, as JSON writes it. */
export function editNumber(value: number): string {
  return String(value);
}

/** What was typed as a number; accepts a decimal comma and `1e-3`. `undefined`: not a number. */
export function parseNumber(typed: string): number | undefined {
  const text = typed.trim().replace('−', '-').replace(/^([^.]*),([^,]*)$/, '$1.$2');
  if (text === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** With thin spaces between thousands: 53 940. */
export function formatCount(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1000)));
  return `${formatNumber(bytes / 1000 ** power, 3)} ${units[power] ?? 'B'}`;
}

/** A length of time: `3 ms`, `0.4 s`, `38 s`, `4 min 10 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds > 0 && seconds < 0.1) return `${formatNumber(seconds * 1000, 2)} ms`;
  if (seconds < 10) return `${formatNumber(Math.max(0, seconds), 2)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** How long ago, in words: `just now`, `5 min ago`, `3 days ago`, else the date. */
export function formatAgo(then: number, now: number): string {
  const minutes = (now - then) / 60_000;
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${Math.floor(minutes)} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  const days = Math.floor(minutes / (24 * 60));
  if (days < 14) return days === 1 ? 'yesterday' : `${days} days ago`;
  return new Date(then).toLocaleDateString(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
}
