import { describe, expect, it } from 'vitest';
import type { SurfaceEvent } from '../../../core/host/client';
import { EventQueue } from '../../../core/host/event-queue';
import { mergePoints } from '../../../core/host/implementation/merge-points';

const points = (from: number, count: number): SurfaceEvent => {
  const indices = Int32Array.from({ length: count }, (_, i) => from + i);
  return { kind: 'points', indices, values: { loss: Float64Array.from(indices, (i) => i / 10), accuracy: Float64Array.from(indices, (i) => -i) }, done: from + count, total: 100, remainingSeconds: 1 };
};

describe('points that wait for a slow window', () => {
  it('arrive together, each with its own values, and the newest count', async () => {
    const queue = new EventQueue<SurfaceEvent>(mergePoints);
    [points(0, 3), points(3, 5), points(8, 2)].forEach((event) => queue.push(event));
    queue.end();
    const events: SurfaceEvent[] = [];
    for await (const event of queue) events.push(event);
    expect(events).toEqual([points(0, 10)]);
  });

  it('are not mixed with what was taken before', async () => {
    const queue = new EventQueue<SurfaceEvent>(mergePoints);
    const taken = queue[Symbol.asyncIterator]();
    queue.push(points(0, 3));
    const first = await taken.next();
    queue.push(points(3, 4));
    queue.push(points(7, 1));
    expect(first.value).toEqual(points(0, 3));
    expect((await taken.next()).value).toEqual(points(3, 5));
    queue.end({ error: new Error('the thread is gone') });
    await expect(taken.next()).rejects.toThrow('the thread is gone');
  });
});
