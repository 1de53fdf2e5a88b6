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
    program: string;
  };
  plane: string;
  axes: [string, string, ...string[]];
  x: number[];
  y: number[];
  z?: number[];
  values: Record<string, Rows | Rows[]>;
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

/** Reads the surface that stands in a saved page (the `.json` export's format). A `null` was no finite number. */
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
  const data: SurfaceData = {
    x: Float64Array.from(document.x),
    y: Float64Array.from(document.y),
    z: document.z && Float64Array.from(document.z),
    values,
    trajectory: trajectory && path(trajectory, title),
    otherTrajectories: document.otherTrajectories?.map((other) => path(other, other.name)),
    axes: document.axes,
    anchors: document.anchors,
  };
  const subset = recipe.subset === null ? '' : `, ${recipe.subset.count} examples`;
  return {
    data,
    quantities: recipe.quantities,
    title,
    subtitle: `${document.plane} · ${recipe.split}${subset} · ${[data.x, data.y, ...(data.z ? [data.z] : [])].map(({ length }) => length).join('×')} · ${recipe.program}`,
    csv: csv(data),
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
