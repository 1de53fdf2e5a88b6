import type { PlaneRecipe } from './recipe';
import type { Surface } from './surface';

/** What the axes are, in words: two of a plane (the second is empty for a line), three of a volume. */
export function axisNames({ recipe: { plane, grid }, explainedVariance }: Pick<Surface, 'recipe' | 'explainedVariance'>): readonly [string, string, ...string[]] {
  const [first, second, third] = threeNames(plane, explainedVariance);
  return grid.z === undefined ? [first, second] : [first, second, third];
}

function threeNames(plane: PlaneRecipe, explainedVariance?: readonly number[]): readonly [string, string, string] {
  switch (plane.kind) {
    case 'trajectory': {
      const share = (k: number): string => (explainedVariance?.[k] === undefined ? '' : ` (${Number((explainedVariance[k] * 100).toPrecision(3))} %)`);
      return [`principal direction 1${share(0)}`, `principal direction 2${share(1)}`, `principal direction 3${share(2)}`];
    }
    case 'line':
      return [plane.to === undefined ? 'random direction' : `towards ${plane.to.name}`, '', ''];
    case 'through':
      return [`towards ${plane.of[0].name}`, `beside it, towards ${plane.of[1].name}`, `above both, towards ${plane.of[2]?.name ?? ''}`];
    case 'gradient':
      return ['gradient', plane.axes === 3 ? 'random direction 1' : 'random direction', 'random direction 2'];
    case 'random':
      return ['random direction 1', 'random direction 2', 'random direction 3'];
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
      return `${space} of the training path`;
    case 'through': {
      const names = plane.of.map(({ name }) => name);
      return `${space} through ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
    }
    case 'line':
      return plane.to === undefined ? `random line, ${scaling(plane)}` : `line to ${plane.to.name}`;
    case 'gradient':
      return `${space} of the gradient, ${scaling(plane)}`;
    case 'random':
      return `random ${space}, ${scaling(plane)}`;
  }
}

/** How many directions a plane's recipe asks for. */
export function directionsOf(plane: PlaneRecipe): 1 | 2 | 3 {
  if (plane.kind === 'line') return 1;
  return (plane.kind === 'through' ? plane.of.length : plane.axes) ?? 2;
}

const moving = { weights: '', biases: ', with biases', all: ', with biases and normalisation' };
const scales = { filter: 'filter-normalised', layer: 'layer-normalised', weight: 'weight-normalised', none: 'not normalised' };

const scaling = ({ normalization, include, seed }: Extract<PlaneRecipe, { normalization: string }>): string =>
  `${scales[normalization]}${moving[include]}, seed ${seed}`;
