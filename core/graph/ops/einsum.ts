import { apply } from '../apply';
import { broadcastShapes, formatShape, range, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { product } from './matmul';
import { diagonalOf } from './matrix';
import { sum } from './reduce';

/** Letters for the axes that an ellipsis stands for, counted from the last one; none that a user can write. */
const hidden = (fromLast: number): string => String.fromCharCode(0x3b1 + fromLast);

/**
 * Einstein's summation: `einsum('bij,bjk->bik', a, b)`. Each operand's axes are named by letters; letters missing behind the arrow
 * are summed; a letter twice within an operand means its diagonal; `...` stands for any leading axes, which broadcast. Without an
 * arrow the ellipsis and the letters that occur once are kept, in alphabetical order. Operands are contracted from left to right
 * as matrix products.
 */
export function einsum(equation: string, ...xs: Tensor[]): Tensor {
  const fail = (why: string): never => {
    throw new ShapeError(`einsum '${equation}': ${why}`);
  };
  const [left = '', arrow, ...more] = equation.replaceAll(' ', '').split('->');
  if (more.length > 0) fail('has more than one arrow');
  const written = left.split(',');
  if (written.length !== xs.length) fail(`names ${written.length} operands, got ${xs.length}`);
  const ellipses = written.map((term, i) => ellipsisRank(term, xs[i]!, fail));
  const width = Math.max(...ellipses);
  const dots = (count: number): string => range(count).map((i) => hidden(count - 1 - i)).join('');
  const terms = written.map((term, i) => term.replace('...', dots(ellipses[i]!)));
  const single = [...new Set(left.replace(/[,.]/g, ''))].filter((c) => left.split(c).length === 2).sort().join('');
  const output = arrow === undefined ? dots(width) + single : arrow.replace('...', dots(width));
  if (!/^[a-zA-Z\u03b1-\u03ff]*$/.test(output)) fail(`'${arrow}' may hold letters only`);
  if (new Set(output).size !== output.length) fail('a letter occurs twice in the result');
  for (const c of output) if (!terms.some((term) => term.includes(c))) fail(`${c} of the result is in no operand`);

  const operands = xs.map((x, i) => withoutRepeats(terms[i]!, x));
  const sizes = sizesOf(operands, fail);
  // What an ellipsis broadcasts is 1 here and longer there: it is left out where it is 1.
  let [labels, y] = withoutOnes(operands[0]!, sizes);
  for (let i = 1; i < operands.length; i++) {
    const later = operands.slice(i + 1).map(([term]) => term).join('') + output;
    [labels, y] = contract(labels, y, ...withoutOnes(operands[i]!, sizes), later);
  }
  [labels, y] = sumMissing(labels, y, output);
  return arrange(labels, y, output, sizes);
}

type Operand = [labels: string, x: Tensor];
type Fail = (why: string) => never;

/** How many axes the ellipsis of a term stands for. */
function ellipsisRank(term: string, x: Tensor, fail: Fail): number {
  const letters = term.replace('...', '');
  if (!/^[a-zA-Z]*$/.test(letters)) fail(`'${term}' may hold letters only`);
  const rest = x.rank - letters.length;
  if (rest < 0 || (rest > 0 && letters === term)) fail(`'${term}' does not name the axes of ${formatShape(x.shape)}`);
  return letters === term ? 0 : rest;
}

/** An operand with its diagonal in place of axes of one name. */
function withoutRepeats(labels: string, x: Tensor): Operand {
  for (const [b, c] of [...labels].entries()) {
    const a = labels.indexOf(c);
    if (a === b) continue;
    if (x.shape[a] !== x.shape[b]) throw new ShapeError(`einsum: ${c} is ${x.shape[a]} and ${x.shape[b]} in '${labels}'`);
    const rest = [...labels].filter((_, i) => i !== a && i !== b).join('');
    return withoutRepeats(rest + c, diagonalOf(x, a, b));
  }
  return [labels, x];
}

/** The length of every letter; only what an ellipsis stands for broadcasts. */
function sizesOf(operands: readonly Operand[], fail: Fail): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const [labels, x] of operands) {
    for (const [axis, c] of [...labels].entries()) {
      const [known, n] = [sizes.get(c) ?? x.shape[axis]!, x.shape[axis]!];
      if (known !== n && /[a-zA-Z]/.test(c)) fail(`${c} is ${known} and ${n}`);
      sizes.set(c, broadcastShapes(`einsum: the ellipsis`, [known], [n])[0]!);
    }
  }
  return sizes;
}

function withoutOnes([labels, x]: Operand, sizes: ReadonlyMap<string, number>): Operand {
  const kept = range(x.rank).filter((axis) => x.shape[axis] === sizes.get(labels[axis]!));
  if (kept.length === x.rank) return [labels, x];
  return [kept.map((axis) => labels[axis]).join(''), apply('reshape', [x], { shape: kept.map((axis) => x.shape[axis]!) })];
}

/** The axes in the order of `output`; what every operand left out is a 1 of an ellipsis. */
function arrange(labels: string, y: Tensor, output: string, sizes: ReadonlyMap<string, number>): Tensor {
  const present = [...output].filter((c) => labels.includes(c));
  const turned = apply('transpose', [y], { permutation: present.map((c) => labels.indexOf(c)) });
  return apply('reshape', [turned], { shape: [...output].map((c) => sizes.get(c)!) });
}

/** Sums away the letters that `keep` does not hold. */
function sumMissing(labels: string, x: Tensor, keep: string): Operand {
  const axes = range(labels.length).filter((i) => !keep.includes(labels[i]!));
  return [[...labels].filter((c) => keep.includes(c)).join(''), axes.length === 0 ? x : sum(x, axes)];
}

/** One product of two operands; `later` holds the letters that are still wanted. */
function contract(aLabels: string, a: Tensor, bLabels: string, b: Tensor, later: string): Operand {
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
