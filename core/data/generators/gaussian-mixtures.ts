import { Philox, strictObject, UserError } from '#core/graph';
import { z } from 'zod';
import { defineGenerator } from './generator';
import { count, labelNoise, noise, seed } from './fields';
import { checkSize, classTable, coordinateNames, corrupt, jitter } from './table';

/** Candidates tried for each centre. */
const candidates = 64;

/**
 * Centres in [-1, 1]^d, far from each other: each is, of 64 random points, the one farthest from those already placed
 * (Mitchell 1991, "Spectrally optimal sampling for distribution ray tracing").
 */
function placeCentres(centres: number, dimensions: number, seed: number): Float64Array[] {
  const random = new Philox(seed, 'gaussian-mixtures.centres');
  const placed: Float64Array[] = [];
  while (placed.length < centres) {
    let best: { point: Float64Array; distance: number } | undefined;
    for (let i = 0; i < candidates; i++) {
      const point = Float64Array.from(random.uniforms(dimensions), (uniform) => 2 * uniform - 1);
      const distance = Math.min(...placed.map((other) => squaredDistance(point, other)));
      if (best === undefined || distance > best.distance) best = { point, distance };
    }
    placed.push(best!.point);
  }
  return placed;
}

const squaredDistance = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, d) => sum + (value - b[d]!) ** 2, 0);

/** How many of `count` examples each class gets: a geometric sequence whose first is `imbalance` times its last. */
function classSizes(count: number, classes: number, imbalance: number): number[] {
  const weights = Array.from({ length: classes }, (_, c) => imbalance ** (-c / (classes - 1)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let before = 0;
  let share = 0;
  return weights.map((weight) => {
    share += weight / total;
    const upTo = Math.round(count * share);
    const size = upTo - before;
    before = upTo;
    return size;
  });
}

/**
 * Normal clouds of one standard deviation around `classes` times `clusters` centres in [-1, 1]^d; every class owns `clusters`
 * of them. With `imbalance` the classes' sizes fall geometrically (Cui et al. 2019, arXiv:1901.05555, long-tailed data).
 */
export const gaussianMixtures = defineGenerator({
  use: 'gaussian-mixtures',
  title: 'Gaussian mixtures',
  help: 'Normal clouds, one or several a class, in as many dimensions as you like; classes may be of unequal size.',
  schema: strictObject({
    count: count(2000),
    classes: z.int().min(2).max(26).default(3).describe('Number of classes.').meta({ label: 'Classes' }),
    clusters: z.int().min(1).max(20).default(1).describe('Clouds of each class.').meta({ label: 'Clouds a class' }),
    dimensions: z.int().min(1).max(1000).default(2).describe('Number of coordinates.').meta({ label: 'Dimensions', scale: 'log' }),
    imbalance: z.number().min(1).max(1000).default(1).describe('Examples of the largest class for one of the smallest.')
      .meta({ label: 'Imbalance', unit: 'times', scale: 'log', advanced: true }),
    noise: noise('each centre: the width of the clouds; centres lie in a cube of side 2', 0.3),
    labelNoise,
    seed,
  }),
  generate(parameters) {
    const { classes, clusters, dimensions } = parameters;
    checkSize('gaussian-mixtures', parameters.count, dimensions);
    const centres = placeCentres(classes * clusters, dimensions, parameters.seed);
    const sizes = classSizes(parameters.count, classes, parameters.imbalance);
    const empty = sizes.indexOf(0);
    if (empty >= 0) {
      throw new UserError('generator.parameters', `gaussian-mixtures: ${parameters.count} examples at imbalance ${parameters.imbalance} leave none for class ${empty + 1} of ${classes}`, {
        hint: 'Draw more examples (count), or lower imbalance or classes.',
      });
    }
    const order = new Philox(parameters.seed, 'gaussian-mixtures.order').permutation(parameters.count);
    const labels = new Int32Array(parameters.count);
    const features = Array.from({ length: dimensions }, () => new Float64Array(parameters.count));
    let drawn = 0;
    sizes.forEach((size, label) => {
      for (let i = 0; i < size; i++, drawn++) {
        const row = order[drawn]!;
        const centre = centres[label + classes * (i % clusters)]!;
        labels[row] = label;
        for (let d = 0; d < dimensions; d++) features[d]![row] = centre[d]!;
      }
    });
    jitter(features, parameters.noise, parameters.seed);
    corrupt(labels, classes, parameters.labelNoise, parameters.seed);
    const names = Array.from({ length: classes }, (_, c) => String.fromCharCode(97 + c));
    return classTable('gaussian-mixtures', coordinateNames(dimensions), features, labels, names);
  },
});
