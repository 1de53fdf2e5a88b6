import { suggestion } from '#core/graph';

/** `model.stages[2].rate` and `model.stages.2.rate` as `['model', 'stages', 2, 'rate']`. */
export function parsePlace(text: string): (string | number)[] {
  return text.replaceAll(/\[(\d+)\]/g, '.$1').split('.').filter((part) => part !== '').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** What stands at a place; a wrong step of the way in words. */
export function lookUp(document: unknown, place: readonly (string | number)[]): { value: unknown } | { mistake: string } {
  let value = document;
  for (const [depth, part] of place.entries()) {
    const where = depth === 0 ? 'the specification' : place.slice(0, depth).join('.');
    if (typeof value !== 'object' || value === null) return { mistake: `does not exist: ${where} is ${JSON.stringify(value)}` };
    if (Array.isArray(value)) {
      if (typeof part !== 'number' || part >= value.length) return { mistake: `does not exist: ${where} has ${value.length} ${value.length === 1 ? 'entry' : 'entries'}, counted from 0` };
    } else if (!(part in value)) {
      return { mistake: `does not exist: ${where} has no "${part}": ${suggestion(String(part), Object.keys(value))}` };
    }
    value = (value as Record<string | number, unknown>)[part];
  }
  return { value };
}

/** The document with another value at a place; the rest is shared. */
export function withValue<T>(document: T, place: readonly (string | number)[], value: unknown): T {
  const [part, ...rest] = place;
  if (part === undefined) return value as T;
  const below = withValue((document as Record<string | number, unknown>)[part], rest, value);
  if (Array.isArray(document)) return document.map((each: unknown, i) => (i === part ? below : each)) as T;
  return { ...document, [part]: below };
}
