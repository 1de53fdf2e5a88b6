import { matmul, spec, type Tensor, trace } from '#core/graph';
import { compile } from '#core/runtime';
import { expect, it } from 'vitest';

it('lets a stop be heard between the runs of a program that takes the thread for itself', async () => {
  const program = await compile(trace(({ a }: { a: Tensor }) => matmul(a, a), { a: spec([60, 60]) }), { device: 'reference' });
  const feeds = { a: new Float64Array(3600).fill(0.1) };
  const stop = new AbortController();
  // A message, a timer, an interrupt: whatever the event loop brings.
  setTimeout(() => stop.abort(), 0);
  const most = 20_000;
  let runs = 0;
  while (runs < most && !stop.signal.aborted) {
    await program.run(feeds);
    runs++;
  }
  expect(stop.signal.aborted).toBe(true);
  expect(runs).toBeLessThan(most);
  await program.dispose();
});
