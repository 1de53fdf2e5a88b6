import { cornerSteps, tetrahedra, type VolumeField } from './field';

/** A triangulated surface of one level. */
export interface IsoSurface {
  readonly level: number;
  /** `[vertices * 3]`, in the units of the frame. */
  readonly positions: Float32Array;
  /** Unit vectors towards higher values, `[vertices * 3]`. */
  readonly normals: Float32Array;
  /** Triangles, counter-clockwise seen from where values are higher, `[triangles * 3]`. */
  readonly indices: Uint32Array;
}

/** Where the grid stands: its first point, and the steps between neighbours, along x, y and z. */
export interface VolumeFrame {
  readonly origin: readonly [number, number, number];
  readonly spacing: readonly [number, number, number];
}

/** Nearest that a vertex comes to a grid point, as a share of the edge: a level that meets a point exactly leaves no triangle without area. */
const NEAREST = 1e-4;
const OUTSIDE = 0;
const INSIDE = 1;
const HOLE = 2;

/** Triangles of a tetrahedron by which of its corners lie inside (a bit each): three edges a triangle, as 8 x lower corner + (upper - lower). */
const cases: readonly (readonly (readonly number[])[])[] = tetrahedra.map((corners) => Array.from({ length: 16 }, (_, mask) => trianglesOf(corners, mask)));

function trianglesOf(corners: readonly number[], mask: number): number[] {
  const inside = [0, 1, 2, 3].filter((i) => (mask >> i) & 1);
  const outside = [0, 1, 2, 3].filter((i) => !((mask >> i) & 1));
  if (inside.length === 0 || outside.length === 0) return [];
  const rim = inside.length === 2
    ? [[inside[0]!, outside[0]!], [inside[0]!, outside[1]!], [inside[1]!, outside[1]!], [inside[1]!, outside[0]!]]
    : inside.flatMap((i) => outside.map((o) => [i, o]));
  const point = (corner: number): number[] => [corner & 1, (corner >> 1) & 1, corner >> 2];
  const middle = (edge: readonly number[]): number[] => point(corners[edge[0]!]!).map((value, k) => (value + point(corners[edge[1]!]!)[k]!) / 2);
  const [a, b, c] = rim.map(middle) as [number[], number[], number[]];
  const [u, v] = [b.map((value, k) => value - a[k]!), c.map((value, k) => value - a[k]!)];
  const normal = [u[1]! * v[2]! - u[2]! * v[1]!, u[2]! * v[0]! - u[0]! * v[2]!, u[0]! * v[1]! - u[1]! * v[0]!];
  const outwards = point(corners[outside[0]!]!).reduce((sum, value, k) => sum + normal[k]! * (value - a[k]!), 0);
  const turned = outwards > 0 ? rim : rim.toReversed();
  const edges = turned.map((edge) => {
    const [low, high] = [Math.min(...edge), Math.max(...edge)];
    return 8 * corners[low]! + (corners[high]! - corners[low]!);
  });
  return edges.length === 3 ? edges : [edges[0]!, edges[1]!, edges[2]!, edges[0]!, edges[2]!, edges[3]!];
}

/**
 * The surface on which the field, linear on each of Kuhn's tetrahedra, has the given value (marching tetrahedra: Doi and Koide 1991). It is
 * closed but where it meets the box or a hole, without ambiguous cases, and oriented towards higher values. A tetrahedron with a hole
 * at one of its corners has no triangle.
 */
export function isoSurface(field: VolumeField, level: number, frame: VolumeFrame): IsoSurface {
  const { counts, values } = field;
  const [nx, ny, nz] = counts;
  const sides = new Uint8Array(values.length);
  for (let i = 0; i < sides.length; i++) sides[i] = Number.isFinite(values[i]!) ? (values[i]! < level ? INSIDE : OUTSIDE) : HOLE;
  const steps = cornerSteps(counts);
  const vertices = new Vertices(field, level, frame);
  const indices: number[] = [];
  for (let layer = 0; layer + 1 < nz; layer++) {
    vertices.startLayer(layer);
    for (let row = 0; row + 1 < ny; row++) {
      let base = (layer * ny + row) * nx;
      for (let column = 0; column + 1 < nx; column++, base++) {
        let [all, any] = [3, 0];
        for (let corner = 0; corner < 8; corner++) {
          const side = sides[base + steps[corner]!]!;
          all &= side;
          any |= side;
        }
        // All inside, all outside, or holes only.
        if (all !== 0 || (any & INSIDE) === 0) continue;
        for (let t = 0; t < 6; t++) {
          let mask = 0;
          let holes = 0;
          for (let i = 0; i < 4; i++) {
            const side = sides[base + steps[tetrahedra[t]![i]!]!]!;
            mask |= (side & 1) << i;
            holes |= side & HOLE;
          }
          if (holes === 0) for (const edge of cases[t]![mask]!) indices.push(vertices.on(base + steps[edge >> 3]!, edge & 7, steps));
        }
      }
    }
  }
  return { level, ...vertices.finish(), indices: Uint32Array.from(indices) };
}

/** Vertices on the grid's edges, each made once: an edge is known by its lower end and its direction (1 to 7). */
class Vertices {
  private readonly positions: number[] = [];
  private readonly normals: number[] = [];
  /** Numbers of the vertices whose lower ends lie in this layer and in the next. */
  private here: Int32Array;
  private next: Int32Array;
  private first = 0;
  private readonly gradientA = new Float64Array(3);
  private readonly gradientB = new Float64Array(3);

  constructor(
    private readonly field: VolumeField,
    private readonly level: number,
    private readonly frame: VolumeFrame,
  ) {
    const [nx, ny] = field.counts;
    this.here = new Int32Array(nx * ny * 7).fill(-1);
    this.next = new Int32Array(nx * ny * 7).fill(-1);
  }

  startLayer(layer: number): void {
    const [nx, ny] = this.field.counts;
    this.first = layer * nx * ny;
    if (layer === 0) return;
    [this.here, this.next] = [this.next, this.here];
    this.next.fill(-1);
  }

  on(low: number, direction: number, steps: readonly number[]): number {
    const place = low - this.first;
    const [nx, ny] = this.field.counts;
    const known = place < nx * ny ? this.here : this.next;
    const key = (place % (nx * ny)) * 7 + direction - 1;
    if (known[key]! < 0) known[key] = this.make(low, low + steps[direction]!, direction);
    return known[key]!;
  }

  finish(): { positions: Float32Array; normals: Float32Array } {
    return { positions: Float32Array.from(this.positions), normals: Float32Array.from(this.normals) };
  }

  private make(low: number, high: number, direction: number): number {
    const { values, counts: [nx, ny] } = this.field;
    const { origin, spacing } = this.frame;
    const exact = (this.level - values[low]!) / (values[high]! - values[low]!);
    const t = Math.min(Math.max(exact, NEAREST), 1 - NEAREST);
    const row = Math.floor(low / nx);
    const grid = [low % nx, row % ny, Math.floor(row / ny)];
    this.gradient(low, this.gradientA);
    this.gradient(high, this.gradientB);
    let length = 0;
    for (let k = 0; k < 3; k++) {
      this.positions.push(origin[k]! + spacing[k]! * (grid[k]! + t * ((direction >> k) & 1)));
      this.gradientA[k] = this.gradientA[k]! * (1 - t) + this.gradientB[k]! * t;
      length += this.gradientA[k]! ** 2;
    }
    length = Math.sqrt(length) || 1;
    for (let k = 0; k < 3; k++) this.normals.push(this.gradientA[k]! / length);
    return this.positions.length / 3 - 1;
  }

  /** Slopes along the axes by central differences; one-sided at the border and beside a hole. */
  private gradient(index: number, out: Float64Array): void {
    const { values, counts: [nx, ny, nz] } = this.field;
    const { spacing } = this.frame;
    const row = Math.floor(index / nx);
    const grid = [index % nx, row % ny, Math.floor(row / ny)];
    const steps = [1, nx, nx * ny];
    const counts = [nx, ny, nz];
    for (let k = 0; k < 3; k++) {
      const before = grid[k]! > 0 && Number.isFinite(values[index - steps[k]!]!) ? 1 : 0;
      const after = grid[k]! + 1 < counts[k]! && Number.isFinite(values[index + steps[k]!]!) ? 1 : 0;
      out[k] = before + after === 0 ? 0 : (values[index + after * steps[k]!]! - values[index - before * steps[k]!]!) / ((before + after) * spacing[k]!);
    }
  }
}
