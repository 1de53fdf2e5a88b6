import type { SurfaceEvent } from '../contract';

type Points = Extract<SurfaceEvent, { kind: 'points' }>;

/** Points that wait are sent together, with the newest count; of what is told of the preparation only the newest. */
export function mergePoints(waiting: SurfaceEvent[], event: SurfaceEvent): boolean {
  const last = waiting.at(-1);
  if (event.kind === 'preparing' && last?.kind === 'preparing') {
    waiting[waiting.length - 1] = event;
    return true;
  }
  if (event.kind !== 'points' || last?.kind !== 'points') return false;
  waiting[waiting.length - 1] = together(last, event);
  return true;
}

function together(first: Points, second: Points): Points {
  const indices = new Int32Array(first.indices.length + second.indices.length);
  indices.set(first.indices);
  indices.set(second.indices, first.indices.length);
  const values = Object.fromEntries(Object.entries(second.values).map(([quantity, after]) => {
    const before = first.values[quantity]!;
    const joined = new Float64Array(before.length + after.length);
    joined.set(before);
    joined.set(after, before.length);
    return [quantity, joined];
  }));
  return { ...second, indices, values };
}
