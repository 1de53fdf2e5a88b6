import fc from 'fast-check';
import * as g from '#core/graph';
import { cancelling, type OpCase, reduction, withAxis } from './case';

const running = (name: string, f: (x: g.Tensor, axis: number, options: g.CumulativeOptions) => g.Tensor): OpCase => ({
  name,
  f: ([x], { options }) => f(x!, options!['axis'] as number, options as g.CumulativeOptions),
  shapes: withAxis.chain((s) => fc.record({ exclusive: fc.boolean(), reverse: fc.boolean() }).map((o) => ({ ...s, options: { ...s.options, ...o } }))),
});

export const reductions: OpCase[] = cancelling([
  reduction('sum', g.sum),
  reduction('mean', g.mean),
  reduction('max', g.max),
  reduction('min', g.min),
  reduction('prod', g.prod),
  reduction('logsumexp', g.logsumexp),
  reduction('variance', g.variance),
  reduction('normalize', (x, axes) => g.normalize(x, axes, 1e-2), { floor: 1 }),
  reduction('any', (x, axes, keep) => g.any(g.greater(x, 0.5), axes, keep), { flat: true }),
  reduction('all', (x, axes, keep) => g.all(g.greater(x, -0.5), axes, keep), { flat: true }),
  { name: 'argmax', f: ([x], { options }) => g.argmax(x!, options!['axis'] as number), shapes: withAxis, flat: true },
  { name: 'argmin', f: ([x], { options }) => g.argmin(x!, options!['axis'] as number, true), shapes: withAxis, flat: true },
  { name: 'softmax', f: ([x], { options }) => g.softmax(x!, options!['axis'] as number), shapes: withAxis, floor: 0.1 },
  { name: 'logSoftmax', f: ([x], { options }) => g.logSoftmax(x!, options!['axis'] as number), shapes: withAxis },
  running('cumsum', g.cumsum),
  running('cumprod', g.cumprod),
]);
