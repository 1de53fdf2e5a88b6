import { apply } from '../apply';
import { formatShape, range, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { product } from './matmul';
import { sum } from './reduce';

/**
 * Einstein's summation: `einsum('bij,bjk->bik', a, b)`. Each operand's axes are named by letters; letters missing
 * behind the arrow are summed. Without an arrow, letters that occur once are kept in alphabetical order.
 * A letter may not occur twice within one operand. Operands are contracted from left to right as matrix products.
 */
export function einsum(equation: string, ...xs: Tensor[]): Tensor {
  const [left = '', arrow] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  const output = arrow ?? [...new Set(left.replaceAll(',', ''))].filter((c) => left.split(c).length === 2).sort().join('');
  check(equation, terms, output, xs);

  let labels = terms[0]!;
  let y = xs[0]!;
  for (let i = 1; i < xs.length; i++) {
    const later = terms.slice(i + 1).join('') + output;
    [labels, y] = contract(labels, y, terms[i]!, xs[i]!, later);
  }
  [labels, y] = sumMissing(labels, y, output);
  return apply('transpose', [y], { permutation: [...output].map((c) => labels.indexOf(c)) });
}

function check(equation: string, terms: readonly string[], output: string, xs: readonly Tensor[]): void {
  const fail = (why: string): never => {
    throw new ShapeError(`einsum '${equation}': ${why}`);
  };
  if (terms.length !== xs.length) fail(`names ${terms.length} operands, got ${xs.length}`);
  const sizes = new Map<string, number>();
  for (const [i, term] of terms.entries()) {
    const shape = xs[i]!.shape;
    if (!/^[a-zA-Z]*$/.test(term)) fail(`'${term}' may hold letters only`);
    if (term.length !== shape.length) fail(`'${term}' does not name the axes of ${formatShape(shape)}`);
    if (new Set(term).size !== term.length) fail(`a letter occurs twice in '${term}'`);
    for (const [axis, c] of [...term].entries()) {
      const known = sizes.get(c);
      if (known !== undefined && known !== shape[axis]) fail(`${c} is ${known} and ${shape[axis]}`);
      sizes.set(c, shape[axis]!);
    }
  }
  for (const c of output) if (!sizes.has(c)) fail(`${c} of the result is in no operand`);
  if (new Set(output).size !== output.length) fail('a letter occurs twice in the result');
}

/** Sums away the letters that `keep` does not hold. */
function sumMissing(labels: string, x: Tensor, keep: string): [string, Tensor] {
  const axes = range(labels.length).filter((i) => !keep.includes(labels[i]!));
  return [[...labels].filter((c) => keep.includes(c)).join(''), axes.length === 0 ? x : sum(x, axes)];
}

/** One product of two operands; `later` holds the letters that are still wanted. */
function contract(aLabels: string, a: Tensor, bLabels: string, b: Tensor, later: string): [string, Tensor] {
  const [al, x] = sumMissing(aLabels, a, bLabels + later);
  const [bl, y] = sumMissing(bLabels, b, aLabels + later);
  const shared = [...al].filter((c) => bl.includes(c));
  const batch = shared.filter((c) => later.includes(c));
  const summed = shared.filter((c) => !later.includes(c));
  const rows = [...al].filter((c) => !bl.includes(c));
  const columns = [...bl].filter((c) => !al.includes(c));

  const size = (letters: readonly string[]): number[] =>
    letters.map((c) => (al.includes(c) ? x.shape[al.indexOf(c)]! : y.shape[bl.indexOf(c)]!));
  const volume = (letters: readonly string[]): number => size(letters).reduce((m, n) => m * n, 1);
  const arranged = (t: Tensor, labels: string, first: readonly string[], second: readonly string[]): Tensor => {
    const order = [...batch, ...first, ...second];
    const turned = apply('transpose', [t], { permutation: order.map((c) => labels.indexOf(c)) });
    return apply('reshape', [turned], { shape: [...size(batch), volume(first), volume(second)] });
  };
  const z = product(arranged(x, al, rows, summed), arranged(y, bl, summed, columns), false, false);
  const result = [...batch, ...rows, ...columns];
  return [result.join(''), apply('reshape', [z], { shape: size(result) })];
}
