import type { PathRequest, SurfaceRequest } from '#core/runs';

/** A surface that is asked for of a run of generated data, or a path to the run of another seed. */
export interface EstimateCase {
  readonly name: string;
  readonly title: string;
  /** Of the run, as a person would write it. */
  readonly specification: Readonly<Record<string, unknown>>;
  readonly request: Partial<SurfaceRequest> | { readonly path: Partial<PathRequest> };
}

/** The runs, by what the cases call them; all are trained for a few epochs on the processor. */
const runs = {
  table: {
    data: { source: { generator: { use: 'moons', count: 1000 } } },
    model: { use: 'mlp', widths: [16, 16] },
    training: { epochs: 10, batchSize: 64 },
  },
  mlp: {
    data: { source: { generator: { use: 'glyphs', count: 3000 } } },
    model: { use: 'mlp', widths: [512, 512] },
    training: { epochs: 2, batchSize: 64 },
  },
  cnn: {
    data: { source: { generator: { use: 'glyphs', count: 1500 } } },
    model: { use: 'cnn', stages: [{ stage: 'conv', channels: 16, kernel: 3, stride: 2 }, { stage: 'conv', channels: 32, kernel: 3, stride: 2 }] },
    training: { epochs: 2, batchSize: 64 },
  },
  resnet: {
    data: { source: { generator: { use: 'glyphs', count: 1000 } } },
    model: { use: 'resnet', depth: 8, width: 16 },
    training: { epochs: 1, batchSize: 64 },
  },
} as const;

const line: SurfaceRequest['grid'] = [51, 1];

/** Every kind of surface and of path, each a matter of seconds. */
export const estimateCases: readonly EstimateCase[] = [
  { name: 'table', title: 'MLP 2-16-16-2 on a table, 25 x 25', specification: runs.table, request: { grid: [25, 25] } },
  { name: 'mlp', title: 'MLP 784-512-512-10 on 2,000 examples, 15 x 15', specification: runs.mlp, request: { grid: [15, 15], subset: 2000 } },
  { name: 'cnn', title: 'CNN 1-16-32 on 500 examples, 15 x 15', specification: runs.cnn, request: { grid: [15, 15], subset: 500 } },
  { name: 'resnet', title: 'ResNet-8 with BatchNorm in evaluation on 100 examples, 9 x 9', specification: runs.resnet, request: { grid: [9, 9], subset: 100 } },
  { name: 'resnet-recalibrated', title: 'ResNet-8 with BatchNorm recalibrated on 100 examples, 7 x 7', specification: runs.resnet, request: { grid: [7, 7], subset: 100, batchNorm: 'recalibrated' } },
  { name: 'gradient-norm', title: 'norm of the gradient, CNN 1-16-32 on 200 examples, 9 x 9', specification: runs.cnn, request: { grid: [9, 9], subset: 200, quantities: ['gradient-norm'] } },
  { name: 'top-eigenvalue', title: 'top eigenvalue at each point, MLP 2-16-16-2 on a table, 9 x 9', specification: runs.table, request: { grid: [9, 9], quantities: ['top-eigenvalue'] } },
  { name: 'top-eigenvalue-cnn', title: 'top eigenvalue at each point, CNN 1-16-32 on 50 examples, 3 x 3', specification: runs.cnn, request: { grid: [3, 3], subset: 50, quantities: ['top-eigenvalue'] } },
  { name: 'adaptive', title: 'CNN 1-16-32 on 200 examples, 400 chosen points of 65 x 65', specification: runs.cnn, request: { grid: [65, 65], subset: 200, adaptive: { points: 400, quantity: 'loss' } } },
  { name: 'line', title: 'MLP 784-512-512-10 on 2,000 examples, a line of 51', specification: runs.mlp, request: { plane: 'line', grid: line, subset: 2000 } },
  { name: 'volume', title: 'CNN 1-16-32 on 100 examples, 9 x 9 x 9', specification: runs.cnn, request: { grid: [9, 9, 9], subset: 100 } },
  { name: 'trajectory', title: 'CNN 1-16-32 on 500 examples, 9 x 9 in the plane of its path of 40 checkpoints', specification: { ...runs.cnn, training: { epochs: 40, batchSize: 128 } }, request: { plane: 'trajectory', grid: [9, 9], subset: 500 } },
  { name: 'path-line', title: 'straight path, CNN 1-16-32 on 500 examples of each part, 61 places', specification: runs.cnn, request: { path: { kind: 'line', subset: 500 } } },
  { name: 'path-aligned', title: 'straight path with units matched, MLP 784-512-512-10, 500 examples of each part, 31 places', specification: runs.mlp, request: { path: { kind: 'line', align: true, subset: 500, points: 31 } } },
  { name: 'path-bezier', title: 'Bezier curve, CNN 1-16-32, 10 epochs, 500 examples of each part, 31 places', specification: runs.cnn, request: { path: { kind: 'bezier', epochs: 10, subset: 500, points: 31 } } },
  { name: 'path-chain', title: 'chain of two lines, ResNet-8 with BatchNorm, 3 epochs, 100 examples of each part, 21 places', specification: runs.resnet, request: { path: { kind: 'chain', epochs: 3, subset: 100, points: 21 } } },
  { name: 'path-band', title: 'elastic band, CNN 1-16-32, 2 epochs, 500 examples of each part, 31 places', specification: runs.cnn, request: { path: { kind: 'band', epochs: 2, subset: 500, points: 31 } } },
];
