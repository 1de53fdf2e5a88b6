import { apply } from '../apply';
import { isFloat } from '../dtype';
import type { Reading } from '../op';
import type { Loop } from '../ops/loop';
import { placeholder, zeros } from '../ops/source';
import { closedSubgraph, dependents } from '../subgraph';
import type { Tensor } from '../tensor';
import { pullback } from './gradients';
import { Residuals } from './loop-residuals';
import { stepSum } from './loop-step-sum';

/**
 * Back through time: a loop over the same steps in the other direction, which carries the gradients of the carries and sums those of
 * the constants. What a step's gradient needs of the forward step is stacked by the forward loop; nothing is computed twice.
 */
export function loopVjp(loop: Tensor, readings: readonly Reading[], needed: readonly boolean[]): (Tensor | undefined)[] {
  const { body, length, consts, carries, reverse } = loop.attributes as Loop;
  const { inputs, outputs: next } = body;
  const stacks = readings.filter(({ node }) => node.op === 'loopStack').map(({ node, g }) => ({ of: node.attributes['of'] as Tensor, g }));
  const finals = new Map(readings.filter(({ node }) => node.op === 'loopFinal').map(({ node, g }) => [node.attributes['index'] as number, g]));

  const wanted = inputs.map((x, i) => needed[i]! && isFloat(x.dtype));
  const varying = variedCarries(body, wanted, consts, carries);
  const targets = inputs.flatMap((x, i) => (wanted[i] || (i >= consts && i < consts + carries && varying[i - consts]) ? [{ x, i }] : []));

  // One step's gradients, given those of the carries it hands on and of what is stacked of it.
  const carryCotangents = next.map((x, i) => (varying[i] ? placeholder(x.shape, x.dtype) : undefined));
  const stackCotangents = stacks.map(({ of }) => placeholder(of.shape, of.dtype));
  const ends = next.flatMap((x, i) => (varying[i] ? [{ y: x, g: carryCotangents[i]! }] : []));
  const ys = [...ends.map(({ y }) => y), ...stacks.map(({ of }) => of)];
  const slopes = pullback(ys, [...ends.map(({ g }) => g), ...stackCotangents], targets.map(({ x }) => x));
  const slopeOf = new Map(targets.map(({ i }, k) => [i, slopes[k]!]));

  // Sums over the steps that are products of stacks need no carry.
  const residuals = new Residuals(loop, [...next, ...stacks.map(({ of }) => of)]);
  const constants = targets.filter(({ i }) => i < consts).map(({ x, i }) => ({ x, i, slope: slopeOf.get(i)!, sum: placeholder(x.shape, x.dtype) }));
  const whole = constants.filter(({ slope }) => stepSum(slope) !== undefined);
  const summed = constants.filter((constant) => !whole.includes(constant));

  const active = next.flatMap((_, i) => (varying[i] ? [i] : []));
  const results = [...active.map((i) => slopeOf.get(consts + i)!), ...summed.map(({ slope, sum }) => apply('add', [sum, slope]))];
  const sequences = targets.filter(({ i }) => i >= consts + carries).map(({ i }) => slopeOf.get(i)!);
  const factors = whole.flatMap(({ slope }) => stepSum(slope)!.parts);
  const { consts: fixed, sequences: saved, rewritten } = residuals.take([...results, ...sequences, ...factors]);

  const carried = [...active.map((i) => carryCotangents[i]!), ...summed.map(({ sum }) => sum)];
  const stepInputs = [...fixed.map(({ inner }) => inner), ...carried, ...saved.map(({ inner }) => inner), ...stackCotangents];
  const { subgraph, others } = closedSubgraph(stepInputs, rewritten.slice(0, results.length), rewritten.slice(results.length));
  const starts = [
    ...active.map((i) => finals.get(i) ?? zeros(next[i]!.shape, next[i]!.dtype)),
    ...summed.map(({ x }) => zeros(x.shape, x.dtype)),
  ];
  const backward = apply('loop', [...fixed.map(({ outer }) => outer), ...starts, ...saved.map(({ outer }) => outer), ...stacks.map(({ g }) => g)], {
    body: subgraph,
    length,
    consts: fixed.length,
    carries: carried.length,
    reverse: !reverse,
  });
  const final = (index: number): Tensor => apply('loopFinal', [backward], { index, rank: carried[index]!.rank });
  const stack = (of: Tensor): Tensor => apply('loopStack', [backward], { of });

  const gradients: (Tensor | undefined)[] = inputs.map(() => undefined);
  active.forEach((i, k) => (gradients[consts + i] = final(k)));
  summed.forEach(({ i }, k) => (gradients[i] = final(active.length + k)));
  targets.filter(({ i }) => i >= consts + carries).forEach(({ i }, k) => (gradients[i] = stack(others[k]!)));
  let at = sequences.length;
  for (const { i, slope } of whole) {
    const { parts, combine } = stepSum(slope)!;
    gradients[i] = combine(others.slice(at, (at += parts.length)).map(stack));
  }
  return gradients;
}

/** Which float carries depend, after any number of steps, on an input that wants a gradient. */
function variedCarries({ inputs, outputs }: Loop['body'], wanted: readonly boolean[], consts: number, carries: number): boolean[] {
  const varying = inputs.slice(consts, consts + carries).map((_, i) => wanted[consts + i]!);
  for (;;) {
    const roots = inputs.filter((_, i) => wanted[i] || varying[i - consts] === true);
    const reached = dependents(outputs, roots);
    const late = outputs.flatMap((x, i) => (!varying[i] && isFloat(x.dtype) && reached.has(x) ? [i] : []));
    if (late.length === 0) return varying;
    for (const i of late) varying[i] = true;
  }
}
