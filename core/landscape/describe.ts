import type { AxisEigenvalue } from './given';
import { gridTitle } from './grid';
import type { PlaneRecipe } from './recipe';
import type { Surface } from './surface';

/** What the axes are, in words: two of a plane (the second is empty for a line), three of a volume. */
export function axisNames({ recipe: { plane, grid }, explainedVariance, eigenvalues }: Pick<Surface, 'recipe' | 'explainedVariance' | 'eigenvalues'>): readonly [string, string, ...string[]] {
  const [first, second, third] = threeNames(plane, explainedVariance, eigenvalues);
  return grid.z === undefined ? [first, second] : [first, second, third];
}

function threeNames(plane: PlaneRecipe, explainedVariance?: readonly number[], eigenvalues?: readonly AxisEigenvalue[]): readonly [string, string, string] {
  switch (plane.kind) {
    case 'trajectory': {
      const [paths, their] = plane.with ? ['paths', 'their'] : ['path', 'its'];
      const name = (k: number): string => `principal direction ${k + 1} of the ${paths}${explainedVariance?.[k] === undefined ? '' : ` (${Number((explainedVariance[k] * 100).toPrecision(3))} % of ${their} variance)`}`;
      return [name(0), name(1), name(2)];
    }
    case 'line':
      return [plane.to === undefined ? `${scaled(plane)}random direction` : `towards ${plane.to.name}, which is at 1`, '', ''];
    case 'through':
      return [`towards ${plane.of[0].name}`, `at right angles to it, towards ${plane.of[1].name}`, `at right angles to both, towards ${plane.of[2]?.name ?? ''}`];
    case 'gradient':
      return [`${scaled(plane)}gradient of the loss`, `${scaled(plane)}random direction${plane.axes === 3 ? ' 1' : ''}`, `${scaled(plane)}random direction 2`];
    case 'eigenvectors': {
      const name = (k: number, which: string): string => `${which} Hessian eigenvector${eigenvalues?.[k] ? ` (eigenvalue ${eigenvalueFigure(eigenvalues[k])})` : ''}`;
      return [name(0, 'top'), name(1, plane.which === 'top2' ? 'second' : 'bottom'), ''];
    }
    case 'ascent':
      return [`steepest ascent within radius ${plane.radius}`, 'random direction', ''];
    case 'vectors':
      return [`direction 0 of ${plane.file}`, plane.count === 1 ? '' : `direction 1 of ${plane.file}`, `direction 2 of ${plane.file}`];
    case 'random':
      return [`${scaled(plane)}random direction 1`, `${scaled(plane)}random direction 2`, `${scaled(plane)}random direction 3`];
  }
}

/** Whose weights are at the centre: the run, of a population the member, and the moment where it is not the last. */
export function surfaceTitle({ recipe: { run } }: Pick<Surface, 'recipe'>): string {
  const { id, name = id, member, checkpoint = 'last' } = run;
  const moment = /^\d+$/.test(checkpoint) ? `step ${checkpoint}` : checkpoint;
  return [name, ...(member === undefined ? [] : [`member ${member}`]), ...(checkpoint === 'last' ? [] : [`(${moment})`])].join(' ');
}

/** Which plane it is, in words, with what makes it the same again. */
export function planeTitle(plane: PlaneRecipe): string {
  const space = directionsOf(plane) === 3 ? 'volume' : 'plane';
  switch (plane.kind) {
    case 'trajectory':
      if (plane.with) return `joint ${space} of the training paths of ${listed(['this run', ...plane.with.map(({ name }) => name)])}${plane.align ? ', units matched' : ''}`;
      return `${space} of the training path`;
    case 'through': {
      return `${space} through ${listed(plane.of.map(({ name }) => name))}`;
    }
    case 'line':
      return plane.to === undefined ? `random line, ${scaling(plane)}` : `line to ${plane.to.name}`;
    case 'gradient':
      return `${space} of the gradient, ${scaling(plane)}`;
    case 'eigenvectors':
      return `plane of the Hessian's ${plane.which === 'top2' ? 'two top' : 'top and bottom'} eigenvectors${plane.normalization === 'none' ? '' : `, ${scales[plane.normalization]}`}${{ weights: ', of the weights', biases: ', of weights and biases', all: '' }[plane.include]}`;
    case 'ascent':
      return `plane of the steepest ascent within ${plane.radius}, ${scaling(plane)}`;
    case 'vectors':
      return `directions of ${plane.file}${plane.normalization === 'none' ? '' : `, ${scales[plane.normalization]}`}`;
    case 'random':
      return `random ${space}, ${scaling(plane)}`;
  }
}

const listed = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** How many directions a plane's recipe asks for. */
export function directionsOf(plane: PlaneRecipe): 1 | 2 | 3 {
  if (plane.kind === 'line') return 1;
  if (plane.kind === 'vectors') return plane.count;
  if (plane.kind === 'eigenvectors' || plane.kind === 'ascent') return 2;
  return (plane.kind === 'through' ? plane.of.length : plane.axes) ?? 2;
}

/** An eigenvalue as it may be read: with its residual where that reaches the digits shown, and said where it has not converged. */
export const eigenvalueText = (eigenvalue: AxisEigenvalue): string => `${eigenvalue.label} = ${eigenvalueFigure(eigenvalue)}`;

function eigenvalueFigure({ value, residual, converged }: AxisEigenvalue): string {
  const digits = 4;
  const within = residual > 0.5 * 10 ** (1 - digits) * Math.abs(value) ? ` ± ${Number(residual.toPrecision(2))}` : '';
  return `${Number(value.toPrecision(digits))}${within}${converged ? '' : ', not converged'}`;
}

const moving = { weights: '', biases: ', with biases', all: ', with biases and normalisation' };
const scales = { filter: 'filter-normalised', layer: 'layer-normalised', weight: 'weight-normalised', none: 'not normalised' };

/** Before a direction's name; nothing where it is as long as it was drawn. */
const scaled = ({ normalization }: Extract<PlaneRecipe, { normalization: string }>): string => (normalization === 'none' ? '' : `${scales[normalization]} `);

const scaling = ({ normalization, include, seed }: Extract<PlaneRecipe, { normalization: string; include: string; seed: number }>): string =>
  `${scales[normalization]}${moving[include]}, seed ${seed}`;

/**
 * How many points a picture has, and how many of them were chosen to be computed, by what.
 *
 * @param dots the picture shows them
 */
export function pointsTitle({ grid, adaptive }: Pick<Surface['recipe'], 'grid' | 'adaptive'>, dots = false): string {
  const line = grid.z === undefined && grid.y.count === 1;
  if (adaptive === undefined) return line ? `${grid.x.count} points` : gridTitle(grid);
  const { points, quantity } = adaptive;
  return `${points.toLocaleString('en')} points${dots ? ' (dots)' : ''} chosen on ${line ? grid.x.count : gridTitle(grid)}${quantity === 'loss' ? '' : ` where ${quantity} bends`}`;
}
