import { type HostClient, leadsAlongPath, type LeadingPlane, type PictureLook, type Surface, type SurfaceEstimate, type SurfaceEvent, type SurfaceFormat, type SurfaceListing, type SurfaceRequest } from '#host-client';
import { Computation } from '../../app/computation.svelte';
import { notices } from '../../app/notices.svelte';
import { checkpointOf } from '../../components/asked/asked';
import { formatCount } from '../../components/number-format';
import type { SurfaceData } from '../../surface';

/** From where to where each axis goes. */
export type Ranges = NonNullable<SurfaceRequest['range']>;

/** As far to both sides on each axis. */
export function rangesOf(reach: number, axes: number): Ranges {
  const both = (): [number, number] => [-reach, reach];
  return { x: both(), y: both(), ...(axes === 3 && { z: both() }) };
}

/** Whether each axis goes upwards. */
export const goesUpwards = (reach: Request['reach']): boolean => typeof reach !== 'object' || Object.values(reach ?? {}).every(([from, to]) => from < to);

/** What the request still lacks to be answered; empty where nothing. */
export const wantingIn = ({ plane, vectors, reach }: Request): string =>
  plane === 'vectors' && vectors === undefined ? 'Choose a file of directions first.' : goesUpwards(reach) ? '' : 'A range goes upwards: make its first number the smaller one.';

/** A request with every field the form shows. */
export type Request = Required<Pick<SurfaceRequest, 'plane' | 'others' | 'align' | 'seed' | 'grid' | 'split' | 'subset' | 'checkpoint' | 'batchNorm' | 'quantities' | 'perClass'>> & {
  /** absent: what is usual for the plane */
  normalization?: NonNullable<SurfaceRequest['normalization']>;
  include?: NonNullable<SurfaceRequest['include']>;
  /** which eigenvectors of the Hessian */
  which: 'top2' | 'top-bottom';
  /** of the ball that the ascent is searched in */
  radius: number;
  /** a file of directions, or the run's copy of one */
  vectors?: NonNullable<SurfaceRequest['vectors']>;
  /** of a population */
  member?: number;
  /** so many points, chosen where this quantity bends; `null`: every point of the grid */
  adaptive: AdaptiveFacts | null;
  /** half width of the range, or the range of each axis; `null`: chosen for the plane */
  reach: number | Ranges | null;
};

export const firstRequest: Request = { plane: 'random', others: [], align: false, seed: 0, which: 'top2', radius: 0.05, grid: [51, 51], split: 'train', subset: 2000, checkpoint: 'last', batchNorm: 'evaluation', quantities: [], perClass: false, adaptive: null, reach: null };

/** What the engine is asked for. */
export function toRequest(run: string, { reach, grid, which, radius, adaptive, ...rest }: Request): SurfaceRequest {
  const line = rest.plane === 'line';
  const range = reach === null ? {} : { range: typeof reach === 'number' ? rangesOf(reach, grid.length) : reach };
  return { run, ...rest, eigenvectors: { which }, ascent: { radius }, grid: line ? [grid[0], 1] : grid, ...(adaptive === null || grid.length === 3 ? {} : { adaptive }), ...range };
}

/** The request that a surface came from: asking for it again continues what was stopped. */
export function requestOf(run: string, surface: Surface): SurfaceRequest {
  const plane = planeOf(surface);
  const { split, subset, run: from, grid, adaptive, batchNorm, curvature } = surface.recipe as { adaptive?: AdaptiveFacts; batchNorm?: Request['batchNorm']; curvature?: CurvatureFacts; split?: Request['split']; subset?: { count: number; seed: number } | null; run?: { checkpoint?: string; member?: number }; grid?: Record<'x' | 'y', { from: number; to: number }> & { z?: { from: number; to: number } } };
  const checkpoint = from?.checkpoint;
  return {
    run,
    plane: plane.kind as Request['plane'],
    others: othersOf(plane),
    align: plane.align !== undefined,
    grid: surface.z ? [surface.x.length, surface.y.length, surface.z.length] : [surface.x.length, surface.y.length],
    subset: subset?.count ?? null,
    ...(adaptive && { adaptive }),
    ...(split === undefined ? {} : { split }),
    seed: plane.seed ?? subset?.seed ?? 0,
    ...(plane.normalization === undefined ? {} : { normalization: plane.normalization as Request['normalization'] }),
    ...(plane.include === undefined ? {} : { include: plane.include as Request['include'] }),
    ...(batchNorm === undefined ? {} : { batchNorm }),
    quantities: alsoComputed.filter((name) => surface.values[name] !== undefined),
    perClass: Object.keys(surface.values).some((name) => name.startsWith('loss/')),
    ...(curvature && { tolerance: curvature.tolerance, maxIterations: curvature.maxIterations, products: curvature.products }),
    ...(plane.kind === 'eigenvectors' ? { eigenvectors: { which: plane.which, tolerance: plane.tolerance, maxIterations: plane.maxIterations } } : {}),
    ...(plane.kind === 'ascent' ? { ascent: { radius: plane.radius, steps: plane.steps } } : {}),
    ...(plane.hash === undefined || plane.file === undefined ? {} : { vectors: { kept: plane.hash, name: plane.file } }),
    ...(checkpoint === undefined ? {} : { checkpoint: checkpointOf(checkpoint) }),
    ...(from?.member === undefined ? {} : { member: from.member }),
    // A line's second range is of no account, but has to be one.
    ...(grid ? { range: { x: [grid.x.from, grid.x.to] as [number, number], y: surface.y.length > 1 ? ([grid.y.from, grid.y.to] as [number, number]) : ([-1, 1] as [number, number]), ...(grid.z ? { z: [grid.z.from, grid.z.to] as [number, number] } : {}) } } : {}),
  };
}

/** Planes that choose their own range, which is seldom the same both ways. */
export const choosesRange = ({ plane, others, normalization }: Pick<Request, 'plane' | 'others' | 'normalization'>): boolean =>
  plane === 'trajectory' || plane === 'through' || ((plane === 'eigenvectors' || plane === 'ascent') && (normalization ?? 'none') === 'none') || (plane === 'line' && others.length > 0);

/** What the form has to say for this surface to be computed again; a range that is not the same both ways is left to a plane that chooses its own. */
export function formOf(run: string, surface: Surface): Request {
  const plane = planeOf(surface);
  // What the form has no field for is what it usually is.
  const { run: _, range, eigenvectors: __, ascent: ___, tolerance: ____, maxIterations: _____, products: ______, grid, adaptive, ...request } = requestOf(run, surface);
  const radius = plane.radius ?? firstRequest.radius;
  const ranges = Object.entries(range ?? {}).filter(([axis]) => axis === 'x' || plane.kind !== 'line').map(([, range]) => range);
  const reach = ranges[0]?.[1] ?? 1;
  const single = ranges.every(([from, to]) => from === -reach && to === reach);
  const usual = plane.kind === 'trajectory' || (plane.kind === 'ascent' && Math.abs(reach - 2 * radius) < 1e-9);
  const [columns, rows, ...layers] = grid ?? firstRequest.grid;
  return {
    ...firstRequest,
    ...request,
    grid: (plane.kind === 'line' ? [columns, firstRequest.grid[1]] : [columns, rows, ...layers]) as Request['grid'],
    which: plane.which ?? firstRequest.which,
    radius,
    adaptive: adaptive ? { points: adaptive.points, quantity: adaptive.quantity ?? 'loss' } : null,
    reach: single ? (usual ? null : reach) : choosesRange({ ...firstRequest, ...request }) ? null : (range ?? null),
  };
}

export interface Progress {
  done: number;
  total: number;
  remainingSeconds: number | null;
  /** what is done before the first point */
  preparing?: string;
}

/** Milliseconds over which points are gathered before what is shown changes. */
const TELLING = 40;

/** The surfaces of one run: those that are saved, the one that is shown, and the one that is being computed. */
export class Landscape extends Computation<Progress> {
  saved = $state.raw<SurfaceListing[]>([]);
  loaded = $state(false);
  /** what is shown; its arrays grow in place while it is computed */
  shown = $state.raw<Surface | null>(null);
  data = $state.raw<SurfaceData | null>(null);
  /** changes whenever points have arrived */
  version = $state(0);
  /** of the points that are in the arrays but not told yet */
  #arrived: Extract<SurfaceEvent, { kind: 'points' }> | null = null;
  #telling: ReturnType<typeof setTimeout> | undefined;
  /** what was asked for last, to be opened or computed: an answer to something earlier comes too late */
  #wanted = 0;

  constructor(readonly run: string) {
    super();
  }

  async refresh(client: HostClient): Promise<void> {
    try {
      this.saved = (await client.surfaces.list({ run: this.run })).toSorted((a, b) => b.created - a.created);
      this.loaded = true;
    } catch (error) {
      this.fail(error);
    }
  }

  async open(client: HostClient, id: string): Promise<void> {
    const wanted = ++this.#wanted;
    try {
      this.failure = null;
      const found = await client.surfaces.get({ run: this.run, id });
      if (wanted === this.#wanted) this.#show(found);
    } catch (error) {
      if (wanted === this.#wanted) this.fail(error);
    }
  }

  async estimate(client: HostClient, request: Request, signal: AbortSignal): Promise<SurfaceEstimate> {
    return client.surfaces.estimate(toRequest(this.run, request), { signal });
  }

  /** Computes and shows a surface as it grows. Asking again for one that was stopped continues it. */
  async compute(client: HostClient, request: SurfaceRequest): Promise<void> {
    this.#wanted++;
    await this.follow({ done: 0, total: 0, remainingSeconds: null }, (signal) => client.surfaces.compute(request, { signal }), (event) => this.#take(event));
    this.#tell();
    void this.refresh(client);
  }

  async remove(client: HostClient, id: string): Promise<void> {
    try {
      await client.surfaces.remove({ run: this.run, id });
      if (this.shown?.id === id) {
        this.shown = null;
        this.data = null;
      }
    } catch (error) {
      notices.failure('The surface could not be removed', error);
    }
    await this.refresh(client);
  }

  /** A file of the shown surface, made by the engine. */
  async file(client: HostClient, format: SurfaceFormat, quantity: string, levels?: readonly number[], look?: PictureLook): Promise<{ name: string; bytes: Uint8Array } | undefined> {
    if (!this.shown) return undefined;
    return client.surfaces.export({ run: this.run, id: this.shown.id, format, quantity, ...(levels === undefined || levels.length === 0 ? {} : { levels: [...levels] }), ...(look && { look }) });
  }

  /** The directions of the shown surface's plane, as a file that a plane of given vectors takes. */
  async directions(client: HostClient): Promise<{ name: string; bytes: Uint8Array } | undefined> {
    return this.shown ? client.surfaces.directions(requestOf(this.run, this.shown)) : undefined;
  }

  #take(event: SurfaceEvent): void {
    if (event.kind === 'preparing') {
      this.progress = { done: event.done, total: event.total, remainingSeconds: null, preparing: event.text };
      return;
    }
    if (event.kind !== 'points') {
      this.#show(event.surface);
      if (event.kind === 'start') this.progress = { done: event.surface.done, total: event.surface.total, remainingSeconds: null };
      return;
    }
    if (!this.shown) return;
    for (const [name, values] of Object.entries(event.values)) {
      const all = this.shown.values[name];
      if (all) event.indices.forEach((index, i) => (all[index] = values[i] ?? Number.NaN));
    }
    this.#arrived = event;
    this.#telling ??= setTimeout(() => this.#tell(), TELLING);
  }

  /** Many small events become one change of what is shown. */
  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    const event = this.#arrived;
    this.#arrived = null;
    if (!event || !this.shown) return;
    if (this.computing) this.progress = event;
    this.shown = { ...this.shown, done: event.done };
    this.version++;
  }

  #show(surface: Surface): void {
    if (this.shown?.id === surface.id) this.#tell();
    this.#arrived = null;
    // The end of a computation brings the same surface once more: the picture and its view stay.
    const same = this.shown?.id === surface.id && this.data !== null;
    if (same) {
      for (const [name, values] of Object.entries(surface.values)) this.shown?.values[name]?.set(values);
      this.shown = { ...surface, values: this.shown?.values ?? surface.values };
      this.version++;
      return;
    }
    this.shown = surface;
    this.data = dataOf(surface);
    this.version++;
  }
}

/** What a scene draws of a surface; its arrays are the surface's own. */
export const dataOf = ({ title, x, y, z, values, recipe, trajectory, otherTrajectories, anchors, axes }: Surface): SurfaceData => ({
  x, y, z, values, chosen: recipe.adaptive !== undefined, trajectory: trajectory && { ...trajectory, name: title }, between: leadsAlongPath(recipe['plane'] as LeadingPlane), otherTrajectories, anchors, axes,
});

const planeNames: Record<string, string> = { random: 'Random plane', trajectory: 'Plane of the path', line: 'Line', through: 'Plane through runs', gradient: 'Plane of the gradient', ascent: 'Plane of the ascent', eigenvectors: 'Plane of eigenvectors', vectors: 'Plane of own directions' };

/** What a saved surface is called in lists. */
export function listingTitle({ plane, grid, member }: Pick<SurfaceListing, 'plane' | 'grid' | 'member'>): string {
  const size = grid[1] === 1 ? `${grid[0]} points` : grid.join('×');
  const named = planeNames[plane] ?? plane;
  const name = grid[1] === 1 ? named.replace('Plane', 'Line').replace('plane', 'line') : named;
  return [grid.length === 3 ? name.replace('Plane', 'Volume').replace('plane', 'volume') : name, size, ...(member === undefined ? [] : [`member ${member}`])].join(', ');
}

interface WeightsReference {
  run: string;
  checkpoint: string;
  member?: number;
}

interface PlaneFacts {
  kind: string;
  seed?: number;
  normalization?: string;
  include?: string;
  which?: Request['which'];
  radius?: number;
  steps?: number;
  file?: string;
  hash?: string;
  tolerance?: number;
  maxIterations?: number;
  to?: WeightsReference;
  of?: WeightsReference[];
  with?: WeightsReference[];
  align?: { seed: number };
}

const othersOf = ({ to, of, with: joint }: PlaneFacts): Request['others'] =>
  (of ?? joint ?? (to === undefined ? [] : [to])).map(({ run, checkpoint, member }) => ({ run, checkpoint: checkpointOf(checkpoint), ...(member === undefined ? {} : { member }) }));

/** The plane as the recipe states it. */
function planeOf(surface: Pick<Surface, 'recipe'>): PlaneFacts {
  const plane = surface.recipe.plane;
  return typeof plane === 'object' && plane !== null && 'kind' in plane ? (plane as PlaneFacts) : { kind: 'random' };
}

interface AdaptiveFacts {
  points: number;
  quantity: string;
}

interface CurvatureFacts {
  tolerance: number;
  maxIterations: number;
  products: number;
}

/** What can be computed at every point besides the loss and the metrics. */
export const alsoComputed = ['gradient-norm', 'top-eigenvalue', 'trace'] as const;

/**
 * The quantities whose bends can decide where points are computed: those of the task, of its classes, and what else is asked for.
 *
 * @param computed names of what an earlier request of this run computes, as far as that is known
 */
export function steeringQuantities({ quantities, perClass }: Pick<Request, 'quantities' | 'perClass'>, computed: readonly string[] = []): string[] {
  // What says how far another value can be trusted, like `trace/interval`, says nothing of the network.
  const usual = computed.filter((name) => !alsoComputed.some((also) => name === also || name.startsWith(`${also}/`)) && (perClass || !name.includes('/')));
  return ['loss', ...usual.filter((name) => name !== 'loss'), ...quantities];
}

/** The request without points chosen by what it does not compute any more: the loss decides then. */
export const steered = (request: Request): Request =>
  request.adaptive && !steeringQuantities(request, [request.adaptive.quantity]).includes(request.adaptive.quantity) ? { ...request, adaptive: { ...request.adaptive, quantity: 'loss' } } : request;

/** How many of the shown top eigenvalues did not converge; 0 where none were computed. */
export function unconverged({ values, recipe }: Surface): number {
  const tolerance = (recipe as { curvature?: CurvatureFacts }).curvature?.tolerance ?? Infinity;
  return values['top-eigenvalue/residual']?.reduce((count, residual) => count + Number(residual > tolerance && residual < Infinity), 0) ?? 0;
}

/**
 * How a surface was made, in one line.
 *
 * @param dots the picture shows which points were chosen
 */
export function describe(surface: Surface, dots = false): string {
  const { split, subset, batchNorm, run, adaptive } = surface.recipe as { adaptive?: AdaptiveFacts; run?: { member?: number }; split?: string; subset?: { count: number } | null; batchNorm?: string };
  const size = [surface.x, ...(surface.y.length > 1 ? [surface.y] : []), ...(surface.z ? [surface.z] : [])].map(({ length }) => length).join('×');
  return [
    ...(run?.member === undefined ? [] : [`member ${run.member}`]),
    surface.plane,
    `${split ?? ''}${subset ? `, ${subset.count} examples` : ', all examples'}`,
    adaptive ? `${formatCount(adaptive.points)} points${dots ? ' (dots)' : ''} chosen on ${size}${adaptive.quantity === 'loss' ? '' : ` where ${adaptive.quantity} bends`}` : surface.y.length > 1 ? size : `${size} points`,
    ...(batchNorm === 'batch' ? ['batch statistics'] : batchNorm === 'recalibrated' ? ['statistics recalibrated'] : []),
  ].join(' · ');
}
