import { surfaceRecipeSchema } from '#core/landscape';
import { mlpProblem } from './problems';

/** A network that is large enough to be killed in the middle of its surface. */
export const killedProblem = () => mlpProblem([6, 48, 48, 3], 1000, 500);

const regular = surfaceRecipeSchema.parse({
  version: 1,
  program: 'basin test',
  run: { id: 'test', fingerprint: '0' },
  plane: { kind: 'random' },
  grid: { x: { from: -1, to: 1, count: 31 }, y: { from: -1, to: 1, count: 31 } },
  quantities: ['loss', 'accuracy'],
  split: 'train',
  subset: null,
  device: 'cpu',
});

export const killedRecipes = { regular, adaptive: surfaceRecipeSchema.parse({ ...regular, adaptive: { points: 700 } }) };
