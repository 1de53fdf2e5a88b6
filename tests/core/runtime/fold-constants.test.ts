import { expect, test } from 'vitest';
import * as g from '#core/graph';
import { estimate } from '#core/runtime';
import { evaluate } from '../graph/oracle';

const graphOf = (y: g.Tensor, x: g.Tensor): g.Graph => ({ inputs: [{ name: 'x', shape: x.shape, dtype: x.dtype }], outputs: [{ name: 'y', tensor: y }] });
const opsOf = (y: g.Tensor, x: g.Tensor): string[] => estimate(graphOf(y, x)).ops.map(({ op }) => op);

test('what depends on constants only is computed when the program is compiled', async () => {
  const x = g.input('x', [3, 4]);
  const table = g.softmax(g.matmul(g.constant([[1, 2, 3], [4, 5, 6], [7, 8, 10]]), g.sin(g.reshape(g.arange(12), [3, 4]))));
  const y = g.mul(x, table);
  expect(opsOf(y, x)).toEqual(['mul']);
  const feeds = new Map([[x, Float32Array.from({ length: 12 }, (_, i) => i + 1)]]);
  const [folded] = await evaluate('cpu', [y], feeds);
  const [exact] = await evaluate('reference', [y], feeds);
  folded!.forEach((value, i) => expect(value).toBeCloseTo(exact![i]!, 5));
});

test('whole numbers and bools fold as what they are', async () => {
  const x = g.input('x', [5], 'int64');
  const even = g.equal(g.sub(g.arange(5, 'int64'), g.mul(g.div(g.arange(5, 'int64'), 2), 2)), 0);
  const y = g.where(even, x, g.neg(x));
  expect(opsOf(y, x).sort()).toEqual(['neg', 'where']);
  const [values] = await evaluate('cpu', [y], new Map([[x, BigInt64Array.of(1n, 2n, 3n, 4n, 5n)]]));
  expect([...values!]).toEqual([1, -2, 3, -4, 5]);
});

test('what is large, and what only repeats, stays an operation', () => {
  const x = g.input('x', [300, 300]);
  const large = g.add(x, g.cumsum(g.cumsum(g.constant(new Float32Array(90_000), [300, 300]))));
  expect(opsOf(large, x).sort()).toEqual(['add', 'cumsum']);
  const column = g.constant([[1], [2]]);
  const spread = g.concat([g.broadcastTo(column, [2, 5]), g.input('x', [2, 5])], 1);
  expect(opsOf(spread, g.input('x', [2, 5]))).toContain('broadcastTo');
});
