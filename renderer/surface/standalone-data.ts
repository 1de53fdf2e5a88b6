import { leadsAlongPath, type LeadingPlane } from '#host-client';
import type { Anchor, PathData, SurfaceData } from './data';

/** What the saved page holds besides the numbers. */
export interface SavedSurface {
  readonly data: SurfaceData;
  readonly quantities: readonly string[];
  readonly title: string;
  readonly subtitle: string;
  readonly csv: string;
}

type Rows = (number | null)[][];

interface SurfaceDocument {
  recipe: {
    run: { id: string; name?: string };
    split: string;
    subset: { count: number } | null;
    quantities: string[];
    adaptive?: { points: number; quantity: string };
    program: string;
    plane: LeadingPlane;
  };
  plane: string;
  axes: [string, string, ...string[]];
  x: number[];
  y: number[];
  z?: number[];
  values: Record<string, Rows | Rows[]>;
  /** 1 where a point is computed, 0 where it is interpolated; absent where all are computed. */
  computed?: number[][];
  anchors?: Anchor[];
  trajectory?: PathDocument;
  otherTrajectories?: (PathDocument & { name: string })[];
}

interface PathDocument {
  steps: number[];
  points: (number | null)[][];
  values: Record<string, (number | null)[]>;
  share?: number;
}

/**
 * Reads the surface that stands in a saved page (the `.json` export's format). A `null` was no finite number. Where points were chosen those between them are `NaN`, as in the
 * window, which interpolates on the scale that is shown.
 */
export function readSurfaceDocument(text: string): SavedSurface {
  const document = JSON.parse(text) as SurfaceDocument;
  const { recipe, trajectory } = document;
  const title = recipe.run.name ?? recipe.run.id;
  const list = (values: readonly (number | null)[]): Float64Array => Float64Array.from(values, (value) => value ?? Infinity);
  const values = Object.fromEntries(Object.entries(document.values).map(([name, rows]) => [name, list((rows as Rows[]).flat(2))]));
  const path = ({ steps, points, values: own, share }: PathDocument, name: string): PathData => ({
    name,
    share,
    points: list(points.flat()),
    steps: Float64Array.from(steps),
    values: Object.fromEntries(Object.entries(own).map(([quantity, column]) => [quantity, list(column)])),
  });
  const computed = document.computed?.flat();
  const shown = computed ? Object.fromEntries(Object.entries(values).map(([name, column]) => [name, column.map((value, i) => (computed[i] === 1 ? value : NaN))])) : values;
  const data: SurfaceData = {
    x: Float64Array.from(document.x),
    y: Float64Array.from(document.y),
    z: document.z && Float64Array.from(document.z),
    values: shown,
    chosen: computed !== undefined,
    trajectory: trajectory && path(trajectory, title),
    between: leadsAlongPath(recipe.plane),
    otherTrajectories: document.otherTrajectories?.map((other) => path(other, other.name)),
    axes: document.axes,
    anchors: document.anchors,
  };
  const size = [data.x, data.y, ...(data.z ? [data.z] : [])].map(({ length }) => length).join('×');
  const subset = recipe.subset === null ? '' : `, ${recipe.subset.count} examples`;
  return {
    data,
    quantities: recipe.quantities,
    title,
    subtitle: `${document.plane} · ${recipe.split}${subset} · ${recipe.adaptive ? `${recipe.adaptive.points} points chosen on ${size}${recipe.adaptive.quantity === 'loss' ? '' : ` where ${recipe.adaptive.quantity} bends`}` : size} · ${recipe.program}`,
    csv: csv({ ...data, values: computed ? { ...values, computed: Float64Array.from(computed) } : values }),
  };
}

function csv({ x, y, z, values }: SurfaceData): string {
  const names = Object.keys(values);
  const lines = [['x', 'y', ...(z ? ['z'] : []), ...names].join(',')];
  for (let i = 0; i < x.length * y.length * (z?.length ?? 1); i++) {
    lines.push([x[i % x.length], y[Math.floor(i / x.length) % y.length], ...(z ? [z[Math.floor(i / x.length / y.length)]] : []), ...names.map((name) => (Number.isFinite(values[name]![i]) ? values[name]![i] : 'inf'))].join(','));
  }
  return `${lines.join('\n')}\n`;
}
