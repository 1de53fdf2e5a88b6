import fc from 'fast-check';
import * as g from '#core/graph';
import { cancelling, n, type OpCase, shape } from './case';

export const products: OpCase[] = cancelling([
  {
    name: 'matmul',
    f: ([a, b]) => g.matmul(a!, b!),
    shapes: fc
      .tuple(n(), n(), n(), fc.boolean(), fc.boolean(), shape(2), fc.constantFrom('both', 'left', 'right', 'ones'))
      .map(([m, k, o, vectorA, vectorB, batch, where]) => {
        if (batch.length === 0 && (vectorA || vectorB)) return { inputs: [vectorA ? [k] : [m, k], vectorB ? [k] : [k, o]] };
        const left = where === 'right' ? [] : where === 'ones' ? batch.map(() => 1) : batch;
        return { inputs: [[...left, m, k], [...(where === 'left' ? [] : batch), k, o]] };
      }),
  },
  {
    name: 'matmul of transposes',
    f: ([a, b]) => g.matmul(g.transpose(a!, [...g.range(a!.rank - 2), a!.rank - 1, a!.rank - 2]), g.transpose(b!, [...g.range(b!.rank - 2), b!.rank - 1, b!.rank - 2])),
    shapes: fc.tuple(n(), n(), n(), shape(1)).map(([m, k, o, batch]) => ({ inputs: [[...batch, k, m], [...batch, o, k]] })),
  },
  { name: 'linear layer', f: ([x, w, b]) => g.add(g.matmul(x!, g.transpose(w!)), b!), shapes: fc.tuple(n(), n(), n()).map(([m, k, o]) => ({ inputs: [[m, k], [o, k], [o]] })) },
  { name: 'einsum', f: ([a, b]) => g.einsum('bij,bkj->kbi', a!, b!), shapes: fc.tuple(n(), n(), n(), n()).map(([b, i, j, k]) => ({ inputs: [[b, i, j], [b, k, j]] })) },
  { name: 'einsum of three', f: (xs) => g.einsum('i,ij,jk', ...xs), shapes: fc.tuple(n(), n(), n()).map(([i, j, k]) => ({ inputs: [[i], [i, j], [j, k]] })) },
  { name: 'einsum with an ellipsis', f: ([a, b]) => g.einsum('...ij,...jk->...ik', a!, b!), shapes: fc.tuple(n(), n(), n(), n(3), n(3)).map(([i, j, k, p, q]) => ({ inputs: [[p, 1, i, j], [q, j, k]] })) },
  { name: 'einsum of diagonals', f: ([a, b]) => g.einsum('iij,jkk', a!, b!), shapes: fc.tuple(n(), n(), n()).map(([i, j, k]) => ({ inputs: [[i, i, j], [j, k, k]] })) },
  {
    name: 'attention',
    f: ([q, k, v], { options }) => g.attention(q!, k!, v!, options as g.AttentionOptions),
    shapes: fc.tuple(n(3), n(), n(), n(), n(3), fc.boolean()).map(([b, i, j, d, w, causal]) => ({ inputs: [[b, i, d], [b, j, d], [j, w]], options: { causal } })),
  },
  {
    name: 'attention with a mask',
    f: ([q, k, v, mask]) => g.attention(q!, k!, v!, { mask: g.greater(mask!, -0.5), scale: 0.7 }),
    shapes: fc.tuple(n(), n(), n(), n(3)).map(([i, j, d, w]) => ({ inputs: [[i, d], [j, d], [j, w], [i, j]] })),
  },
]);
