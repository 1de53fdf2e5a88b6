import fc from 'fast-check';
import * as g from '#core/graph';
import { cancelling, n, type OpCase, positive, shape } from './case';

export const normalizations: OpCase[] = cancelling([
  {
    name: 'layerNorm',
    floor: 1,
    f: ([x, w, b]) => g.layerNorm(x!, w!, b!, 1e-2),
    shapes: fc.tuple(shape(2), n(5, 2)).map(([s, m]) => ({ inputs: [[...s, m], [m], [m]] })),
  },
  {
    name: 'groupNorm',
    floor: 1,
    f: ([x, w, b]) => g.groupNorm(x!, 2, w!, b!, 1e-2),
    shapes: fc.tuple(n(), n(2), n(), n(4, 2)).map(([b, c, h, w]) => ({ inputs: [[b, 2 * c, h, w], [2 * c], [2 * c]] })),
  },
  {
    name: 'batchNorm',
    floor: 1,
    f: ([x, w, b]) => g.batchNorm(x!, w!, b!, 1e-2).y,
    shapes: fc.tuple(n(4, 2), n(), n()).map(([b, c, h]) => ({ inputs: [[b, c, h, 3], [c], [c]] })),
  },
  {
    name: 'batchNormInference',
    f: ([x, m, v, w, b]) => g.batchNormInference(x!, { mean: m!, variance: v! }, w!, b!),
    shapes: fc.tuple(n(), n(), n()).map(([b, c, h]) => ({ inputs: [[b, c, h, 2], [c], [c], [c], [c]] })),
    domain: positive,
  },
]);
