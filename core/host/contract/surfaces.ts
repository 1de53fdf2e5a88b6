import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { float64Array, int32Array } from './arrays';
import { checkpointName, file, split, weightsName } from './runs';

const range = z
  .tuple([z.number(), z.number()])
  .refine(([from, to]) => from < to, { message: 'a range goes upwards: [from, to]' });

const count = z.int().min(1).max(2049);

export const surfaceRequest = z.strictObject({
  run: z.string(),
  plane: z.enum(['random', 'trajectory', 'line', 'through', 'gradient', 'eigenvectors', 'ascent', 'vectors']).default('random'),
  /** Other weights that the plane leads to: one for a line (or none: a random one), two (three) that with the centre span a plane (a volume); of a trajectory other runs whose paths span it together with this one's. */
  others: z.array(z.strictObject({ run: z.string(), checkpoint: weightsName.default('last'), member: z.int().min(0).optional() })).max(7).default([]),
  /** Of a trajectory with other runs: match the units of their networks with this one's first. */
  align: z.boolean().default(false),
  seed: z.int().min(0).default(0),
  /** Absent: filter; for eigenvectors, ascent and vectors none. */
  normalization: z.enum(['filter', 'layer', 'weight', 'none']).optional(),
  /** Which parameters directions move. Absent: weights; for eigenvectors and ascent all. */
  include: z.enum(['weights', 'biases', 'all']).optional(),
  /** Which eigenvectors of the Hessian, and how exactly: the residual as a share of the largest eigenvalue. */
  eigenvectors: z
    .strictObject({
      which: z.enum(['top2', 'top-bottom']).default('top2'),
      tolerance: z.number().positive().max(1).default(1e-3),
      maxIterations: z.int().min(1).max(2000).default(100),
    })
    .prefault({}),
  /** The ball in weight space that is searched for the highest loss, and in how many steps. */
  ascent: z.strictObject({ radius: z.number().positive().default(0.05), steps: z.int().min(1).max(1000).default(20) }).prefault({}),
  /** A safetensors file of one or two directions (tensors `0.NAME` and `1.NAME`), or the run's copy of one by its hash. */
  vectors: z.union([z.strictObject({ file: z.string() }), z.strictObject({ kept: z.string(), name: z.string() })]).optional(),
  /** Points along x and y (1 for a line); a third number makes a volume. */
  grid: z.union([z.tuple([count, count]), z.tuple([count, count, count])]).default([51, 51]),
  /** So many points of the grid, chosen where this quantity bends; absent: all of them. Not of a volume. */
  adaptive: z.strictObject({ points: z.int().min(1), quantity: z.string().default('loss') }).optional(),
  /** Absent: -1 to 1, and for a trajectory the path with a margin. */
  range: z.object({ x: range, y: range, z: range.optional() }).optional(),
  split: split.default('train'),
  /** Number of examples, drawn with the seed; `null` takes all. */
  subset: z.int().min(1).nullable().default(null),
  /** What is shown first: the loss or one of the task's metrics. All quantities are computed at once. */
  quantity: z.string().default('loss'),
  checkpoint: checkpointName.default('last'),
  /** Whose statistics BatchNorm takes; of account only for networks that have it (`surfaceEstimate.batchNorm`). */
  batchNorm: z.enum(['evaluation', 'batch', 'recalibrated']).default('evaluation'),
  /** What else is computed at every point; eigenvalues and traces cost many times the loss. */
  quantities: z.array(z.enum(['gradient-norm', 'top-eigenvalue', 'trace'])).default([]),
  /** Loss and accuracy of each class, too. */
  perClass: z.boolean().default(false),
  /** Largest residual of an eigenvalue, as a share of the largest; most Lanczos iterations; products spent on a trace. */
  tolerance: z.number().positive().max(1).default(0.01),
  maxIterations: z.int().min(2).max(1000).default(60),
  products: z.int().min(4).max(10000).default(24),
  /** Which network of a population. */
  member: z.int().min(0).optional(),
});
export type SurfaceRequest = z.input<typeof surfaceRequest>;

export const surfaceEstimate = z.object({
  points: z.int(),
  /** Points that an earlier attempt has left; the seconds are for the others. */
  done: z.int(),
  examples: z.int(),
  seconds: z.number(),
  memoryBytes: z.number(),
  basis: z.enum(['calibrated', 'counted']),
  /** Names of everything that is computed at each point. */
  quantities: z.array(z.string()),
  /** Whether the network has BatchNorm, so that its mode can be chosen. */
  batchNorm: z.boolean(),
  /** Whether the task has classes, so that each can be computed apart. */
  classes: z.boolean(),
  /** What finding the directions takes at most, before the first point; absent where they need no search. */
  preparationSeconds: z.number().optional(),
});
export type SurfaceEstimate = z.infer<typeof surfaceEstimate>;

export const surfaceMinimum = z.object({ x: z.number(), y: z.number(), z: z.number().optional(), value: z.number(), index: z.int() });

/** A path of training in the plane. */
const trajectory = z.object({
  /** Coordinates in training order, `[n, 2]`, of a volume `[n, 3]`. */
  points: float64Array,
  steps: float64Array,
  /** Distance from the plane, in weight space. */
  residual: float64Array,
  /** Quantities at the true weights, each `[n]`. */
  values: z.record(z.string(), float64Array),
  /** Share of the path's own variance that lies in the plane, where this was laid through the paths of several runs. */
  share: z.number().optional(),
});

export const surface = z.object({
  id: z.string(),
  /** What made it; enough to make it again. */
  recipe: z.record(z.string(), z.unknown()),
  /** Whose weights are at the centre. */
  title: z.string(),
  /** The plane and its axes, in words. */
  plane: z.string(),
  axes: z.tuple([z.string(), z.string()], z.string()),
  x: float64Array,
  y: float64Array,
  /** Of a volume. */
  z: float64Array.optional(),
  /** By quantity, row-major `[ny, nx]`, of a volume `[nz, ny, nx]`. NaN: not computed (yet, or because points were chosen: `recipe.adaptive`); Infinity: the network gave no finite value there. */
  values: z.record(z.string(), float64Array),
  trajectory: trajectory.optional(),
  /** Paths of other runs that the plane was laid through. */
  otherTrajectories: z.array(trajectory.extend({ name: z.string() })).optional(),
  /** Other weights that the plane was laid through. */
  anchors: z.array(z.object({ name: z.string(), x: z.number(), y: z.number(), z: z.number().optional() })).optional(),
  /** What there is to say of points without a finite loss; empty where there are none. */
  holes: z.string(),
  /** What there is to say of checkpoints that are missing from the paths, of this run and of others; absent where none is. */
  gaps: z.string().optional(),
  minimum: z.record(z.string(), surfaceMinimum),
  centre: z.record(z.string(), z.number()),
  /** Shares of the trajectory's variance along the axes; of several trajectories together. */
  explainedVariance: z.array(z.number()).optional(),
  /** By axis, where these are eigenvectors of the Hessian; some eigenvalue lies within the residual. `text`: as it may be read. */
  eigenvalues: z.array(z.object({ label: z.string(), value: z.number(), residual: z.number(), converged: z.boolean(), text: z.string() })).optional(),
  done: z.int(),
  total: z.int(),
});
export type Surface = z.infer<typeof surface>;

export const surfaceEvent = z.discriminatedUnion('kind', [
  /** Before the start: directions are searched for, in `total` steps at most. */
  z.object({ kind: z.literal('preparing'), text: z.string(), done: z.int(), total: z.int() }),
  /** The surface before anything is computed: axes, trajectory, and what an earlier attempt left. */
  z.object({ kind: z.literal('start'), surface }),
  /** `values[quantity][i]` belongs to the grid index `indices[i]`. */
  z.object({
    kind: z.literal('points'),
    indices: int32Array,
    values: z.record(z.string(), float64Array),
    done: z.int(),
    total: z.int(),
    remainingSeconds: z.number(),
  }),
  z.object({ kind: z.literal('end'), surface }),
]);
export type SurfaceEvent = z.infer<typeof surfaceEvent>;

export const surfaceListing = z.object({
  id: z.string(),
  plane: z.string(),
  /** Points along the axes: two of a plane, three of a volume. */
  grid: z.tuple([z.int(), z.int()], z.int()),
  split: z.string(),
  subset: z.int().nullable(),
  quantities: z.array(z.string()),
  /** Which network of a population. */
  member: z.int().optional(),
  created: z.number(),
  done: z.int(),
  total: z.int(),
});
export type SurfaceListing = z.infer<typeof surfaceListing>;

export const surfaceFormat = z.enum(['json', 'csv', 'npy', 'png', 'svg', 'pdf', 'vtp', 'vti', 'gltf', 'stl', 'html']);
export type SurfaceFormat = z.infer<typeof surfaceFormat>;

/** The size and theme of an exported figure; what is left out is as on the command line. */
export const figureLook = z.strictObject({
  theme: z.enum(['light', 'dark']).optional(),
  /** Pixels. */
  width: z.int().min(200).max(16384).optional(),
  height: z.int().min(200).max(16384).optional(),
  /** Said in a PNG, for programs that lay it out on paper. */
  dotsPerInch: z.number().min(1).max(10_000).optional(),
});
export type FigureLook = z.infer<typeof figureLook>;

/** How an exported picture of a surface looks. */
export const pictureLook = figureLook.extend({
  scale: z.enum(['linear', 'log']).optional(),
  colorMap: z.enum(['viridis', 'magma', 'cividis', 'diverging']).optional(),
  /** Whether dots show which points were computed, where the others are interpolated; absent: they do. */
  points: z.boolean().optional(),
  /** Whether contour lines and paths of training are drawn; absent: they are. */
  contours: z.boolean().optional(),
  path: z.boolean().optional(),
  /** Valleys, passes and hills deeper than this share of the picture's height are marked; absent: none. */
  valleys: z.number().min(0).max(1).optional(),
  /** How a page first shows a plane; absent: in space. */
  shown: z.enum(['surface', 'map']).optional(),
  /** Height of the relief of a page, 1 being the usual one. */
  relief: z.number().positive().optional(),
});
export type PictureLook = z.infer<typeof pictureLook>;

/** Valleys, passes and hills of one quantity of a surface, as `Topology` of core/landscape. */
export const surfaceTopology = z.object({
  /** Persistence pairs, longest first; `death` is -1 and `persistence` Infinity where a feature never ends. */
  pairs: z.object({ dimension: int32Array, birth: int32Array, death: int32Array, persistence: float64Array, birthHeight: float64Array, deathHeight: float64Array }),
  points: z.array(z.object({ kind: z.enum(['minimum', 'saddle', 'maximum']), index: z.int(), x: z.number(), y: z.number(), value: z.number() })),
  tree: z.array(z.object({ vertex: z.int(), value: z.number(), children: z.array(z.int()) })),
  basins: z.array(z.object({
    minimum: z.int(), x: z.number(), y: z.number(), value: z.number(), level: z.number(), limit: z.enum(['saddle', 'border']),
    area: z.number(), share: z.number(), volume: z.number(),
  })),
  ruggedness: z.number(),
});
export type SurfaceTopology = z.infer<typeof surfaceTopology>;

/** A question about a picture and its answer, as `TrustCheck` of core/landscape. */
export const trustCheck = z.object({ name: z.string(), title: z.string(), passed: z.boolean().nullable(), figure: z.number().nullable(), limit: z.number(), says: z.string() });
export type TrustCheck = z.infer<typeof trustCheck>;

const one = z.strictObject({ run: z.string(), id: z.string() });

export const surfacesContract = {
  list: oc.input(z.strictObject({ run: z.string() })).output(z.array(surfaceListing)),
  estimate: oc.input(surfaceRequest).output(surfaceEstimate),
  /** Computes coarse to fine. Ending the stream early cancels and keeps what was computed; asking again continues. */
  compute: oc.input(surfaceRequest).output(eventIterator(surfaceEvent)),
  /** Whether the picture can be trusted, once it is computed; takes some evaluations of the network. */
  trust: oc.input(surfaceRequest).output(z.array(trustCheck)),
  /** The plane's directions as a safetensors file, that a plane of `vectors` takes. */
  directions: oc.input(surfaceRequest).output(file),
  /** What makes the picture of an exported file again, on the run that it names; `null`: the file holds no recipe. Refused, with what differs, where the run or its weights are not here. */
  fromRecipe: oc.input(z.strictObject({ path: z.string() })).output(surfaceRequest.nullable()),
  get: oc.input(one).output(surface),
  /** `threshold`: features shallower than this share of the picture's height are left out of points, tree and basins. */
  topology: oc
    .input(one.extend({ quantity: z.string(), scale: z.enum(['linear', 'log']).default('linear'), threshold: z.number().min(0).max(1).default(0.01) }))
    .output(surfaceTopology),
  export: oc
    .input(one.extend({ format: surfaceFormat, quantity: z.string().optional(), levels: z.array(z.number()).optional(), look: pictureLook.optional() }))
    .output(file),
  /** Two to four surfaces side by side in one file. */
  compare: oc
    .input(z.strictObject({ surfaces: z.array(one).min(2).max(4), format: z.enum(['html', 'png', 'svg', 'pdf', 'json']), quantity: z.string().optional(), shared: z.boolean().default(true), look: pictureLook.optional() }))
    .output(file),
  remove: oc.input(one).output(z.void()),
};
