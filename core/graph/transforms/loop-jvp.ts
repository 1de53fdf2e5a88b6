import { apply } from '../apply';
import { isFloat } from '../dtype';
import type { Loop } from '../ops/loop';
import { placeholder, zeros } from '../ops/source';
import { closedSubgraph } from '../subgraph';
import type { Tensor } from '../tensor';
import { pushforward } from './pushforward';

/** Forward through time: one loop that carries values and tangents side by side. */
export function loopJvp(loop: Tensor, readouts: readonly Tensor[], tangents: readonly (Tensor | undefined)[]): { value: Tensor; tangent: Tensor | undefined }[] {
  const { body, length, consts, carries, reverse } = loop.attributes as Loop;
  const { inputs, outputs: next } = body;
  const stacked = readouts.flatMap((node) => (node.op === 'loopStack' ? [node.attributes['of'] as Tensor] : []));
  const moving = tangents.map((tangent) => tangent !== undefined);
  for (;;) {
    const directions = inputs.map((x, i) => (moving[i] ? placeholder(x.shape, x.dtype) : undefined));
    const { values, tangents: slopes } = pushforward([...next, ...stacked], inputs, directions);
    const late = next.flatMap((x, i) => (!moving[consts + i] && isFloat(x.dtype) && slopes[i] !== undefined ? [consts + i] : []));
    for (const i of late) moving[i] = true;
    if (late.length > 0) continue;

    const places = inputs.map((_, i) => i);
    const movingIn = (from: number, to: number): number[] => places.slice(from, to).filter((i) => moving[i]);
    const [c, h, s] = [movingIn(0, consts), movingIn(consts, consts + carries), movingIn(consts + carries, inputs.length)];
    const withDirections = <T>(own: readonly T[], further: (i: number) => T): T[] => [
      ...own.slice(0, consts), ...c.map(further),
      ...own.slice(consts, consts + carries), ...h.map(further),
      ...own.slice(consts + carries), ...s.map(further),
    ];
    const stepInputs = withDirections(inputs, (i) => directions[i]!);
    const results = [...values.slice(0, carries), ...h.map((i) => slopes[i - consts] ?? zeros(inputs[i]!.shape, inputs[i]!.dtype))];
    const offered = stacked.map((_, k) => ({ value: values[carries + k]!, slope: slopes[carries + k] }));
    const { subgraph, others } = closedSubgraph(stepInputs, results, offered.flatMap(({ value, slope }) => [value, slope ?? value]));
    const start = (i: number): Tensor => tangents[i] ?? zeros(loop.inputs[i]!.shape, loop.inputs[i]!.dtype);
    const both = apply('loop', withDirections(loop.inputs, start), { body: subgraph, length, consts: consts + c.length, carries: carries + h.length, reverse });

    let at = 0;
    return readouts.map((node) => {
      if (node.op === 'loopStack') {
        const [value, slope] = others.slice(2 * at, 2 * at + 2) as [Tensor, Tensor];
        const moves = offered[at++]!.slope !== undefined;
        return { value: apply('loopStack', [both], { of: value }), tangent: moves ? apply('loopStack', [both], { of: slope }) : undefined };
      }
      const index = node.attributes['index'] as number;
      const place = h.indexOf(consts + index);
      const read = (k: number): Tensor => apply('loopFinal', [both], { index: k, rank: node.rank });
      return { value: read(index), tangent: place < 0 ? undefined : read(carries + place) };
    });
  }
}
