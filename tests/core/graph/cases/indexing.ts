import fc from 'fast-check';
import * as g from '#core/graph';
import { n, one, type OpCase, shape, withAxis } from './case';

const indexed = shape(3, 1).chain((s) => fc.tuple(fc.nat(s.length - 1), shape(2)).map(([axis, at]) => ({ inputs: [s, at], options: { axis } })));
const lines = withAxis.chain(({ inputs, options }) =>
  n(5).map((m) => ({ inputs: [inputs[0]!, inputs[0]!.map((size, i) => (i === options!['axis'] ? m : size))], options: options! })),
);
const some = withAxis.chain(({ inputs, options }) => n(inputs[0]![options!['axis'] as number]!).map((k) => ({ inputs, options: { ...options, k } })));
const tables = fc.tuple(n(), n(), shape(2)).map(([count, width, ids]) => ({ inputs: [[count, width], ids] }));

export const indexing: OpCase[] = [
  {
    name: 'gather',
    f: ([x, at], { options }) => g.gather(x!, at!, options!['axis'] as number),
    shapes: indexed,
    integers: { 1: ({ inputs, options }) => inputs[0]![options!['axis'] as number]! },
  },
  {
    name: 'scatterAdd',
    f: ([x, at], { options }) => g.scatterAdd(at!, x!, 5, options!['axis'] as number),
    shapes: fc.tuple(shape(2), shape(2), shape(2)).map(([before, at, after]) => ({ inputs: [[...before, ...at, ...after, 1], at], options: { axis: before.length } })),
    integers: { 1: () => 5 },
  },
  {
    name: 'scatterAdd, many',
    f: ([x, at]) => g.scatterAdd(at!, x!, 7),
    shapes: fc.constant({ inputs: [[20, 3, 4], [20]] }),
    integers: { 1: () => 7 },
  },
  {
    name: 'takeAlong',
    f: ([x, at], { options }) => g.takeAlong(x!, at!, options!['axis'] as number),
    shapes: lines,
    integers: { 1: ({ inputs, options }) => inputs[0]![options!['axis'] as number]! },
  },
  {
    name: 'scatterAddAlong',
    f: ([x, at], { options }) => g.scatterAddAlong(at!, x!, 5, options!['axis'] as number),
    shapes: lines.map(({ inputs, options }) => ({ inputs: [inputs[1]!, inputs[1]!], options: options! })),
    integers: { 1: () => 5 },
  },
  { name: 'embedding', f: ([table, ids]) => g.embedding(table!, ids!), shapes: tables, integers: { 1: ({ inputs }) => inputs[0]![0]! } },
  { name: 'sort', f: ([x], { options }) => g.sort(x!, options!['axis'] as number), shapes: withAxis },
  { name: 'sort, descending', f: ([x], { options }) => g.sort(x!, options!['axis'] as number, { descending: true }), shapes: withAxis },
  { name: 'argsort with ties', f: ([x], { options }) => g.argsort(g.round(x!), options!['axis'] as number), shapes: withAxis, flat: true },
  { name: 'argsort of integers', f: ([x], { options }) => g.argsort(x!, options!['axis'] as number, { descending: true }), shapes: withAxis, integers: { 0: () => 3 }, flat: true },
  ...[true, false].flatMap((largest): OpCase[] => [
    { name: largest ? 'topK, largest' : 'topK, smallest', f: ([x], { options }) => g.topK(x!, options!['k'] as number, options!['axis'] as number, { largest }).values, shapes: some },
    { name: largest ? 'topK places, largest' : 'topK places, smallest', f: ([x], { options }) => g.topK(g.round(x!), options!['k'] as number, options!['axis'] as number, { largest }).indices, shapes: some, flat: true },
  ]),
  { name: 'oneHot', f: ([at]) => g.oneHot(at!, 4), shapes: one, integers: { 0: () => 4 }, flat: true },
];

