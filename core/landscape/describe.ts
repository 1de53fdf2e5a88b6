import type { PlaneRecipe } from './recipe';
import type { Surface } from './surface';

/** What the two axes are, in words; the second is empty for a line. */
export function axisNames({ recipe: { plane }, explainedVariance }: Pick<Surface, 'recipe' | 'explainedVariance'>): readonly [string, string] {
  switch (plane.kind) {
    case 'trajectory': {
      const share = (k: 0 | 1): string => (explainedVariance ? ` (${Number((explainedVariance[k] * 100).toPrecision(3))} %)` : '');
      return [`principal direction 1${share(0)}`, `principal direction 2${share(1)}`];
    }
    case 'line':
      return [plane.to === undefined ? 'random direction' : `towards ${plane.to.name}`, ''];
    case 'through':
      return [`towards ${plane.of[0].name}`, `beside it, towards ${plane.of[1].name}`];
    case 'gradient':
      return ['gradient', 'random direction'];
    case 'random':
      return ['random direction 1', 'random direction 2'];
  }
}

/** Which plane it is, in words, with what makes it the same again. */
export function planeTitle(plane: PlaneRecipe): string {
  switch (plane.kind) {
    case 'trajectory':
      return 'plane of the training path';
    case 'through':
      return `plane through ${plane.of[0].name} and ${plane.of[1].name}`;
    case 'line':
      return plane.to === undefined ? `random line, ${scaling(plane)}` : `line to ${plane.to.name}`;
    case 'gradient':
      return `plane of the gradient, ${scaling(plane)}`;
    case 'random':
      return `random plane, ${scaling(plane)}`;
  }
}

const moving = { weights: '', biases: ', with biases', all: ', with biases and normalisation' };
const scales = { filter: 'filter-normalised', layer: 'layer-normalised', weight: 'weight-normalised', none: 'not normalised' };

const scaling = ({ normalization, include, seed }: Extract<PlaneRecipe, { normalization: string }>): string =>
  `${scales[normalization]}${moving[include]}, seed ${seed}`;
