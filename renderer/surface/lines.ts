import { Color, type Object3D } from 'three';
import { LineMaterial } from 'three/examples/jsm/lines/LineMaterial.js';
import { LineSegments2 } from 'three/examples/jsm/lines/LineSegments2.js';
import { LineSegmentsGeometry } from 'three/examples/jsm/lines/LineSegmentsGeometry.js';

export interface LineStyle {
  readonly color: string;
  /** Pixels. */
  readonly width: number;
  readonly opacity?: number;
  /** Shown through what lies in front. */
  readonly through?: boolean;
  /** A later number is drawn over an earlier one. */
  readonly order?: number;
}

/** A set of separate segments of one style and even width in pixels. */
export class Lines {
  readonly object: Object3D;
  private readonly segments: LineSegments2;
  private readonly material: LineMaterial;

  constructor(style: LineStyle) {
    this.material = new LineMaterial({ transparent: true, depthWrite: false });
    this.segments = new LineSegments2(new LineSegmentsGeometry(), this.material);
    this.segments.frustumCulled = false;
    this.segments.visible = false;
    this.object = this.segments;
    this.restyle(style);
  }

  restyle({ color, width, opacity = 1, through = false, order = 0 }: LineStyle): void {
    this.material.color = new Color(color);
    this.material.linewidth = width;
    this.material.opacity = opacity;
    this.material.depthTest = !through;
    this.segments.renderOrder = order;
  }

  /** `[x, y, z, x, y, z, ...]`, two points a segment; `colors` gives each point an sRGB colour (0..1). */
  set(positions: Float32Array | readonly number[], colors?: Float32Array): void {
    this.segments.geometry.dispose();
    const geometry = new LineSegmentsGeometry();
    this.segments.visible = positions.length > 0;
    if (positions.length > 0) {
      geometry.setPositions(positions instanceof Float32Array ? positions : Float32Array.from(positions));
      if (colors !== undefined) geometry.setColors(colors);
    }
    const coloured = colors !== undefined;
    if (coloured !== this.material.vertexColors) {
      this.material.vertexColors = coloured;
      this.material.needsUpdate = true;
    }
    this.segments.geometry = geometry;
  }

  /** Line widths are in pixels of the picture, so they need its size. */
  resize(width: number, height: number): void {
    this.material.resolution.set(width, height);
  }

  dispose(): void {
    this.segments.geometry.dispose();
    this.material.dispose();
  }
}

/** A polyline as separate segments; a NaN point breaks it. */
export function polyline(points: readonly (readonly [number, number, number])[]): Float32Array {
  const segments: number[] = [];
  const finite = ([x, y, z]: readonly [number, number, number]): boolean => Number.isFinite(x + y + z);
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!];
    if (finite(a) && finite(b)) segments.push(a[0], a[1], a[2], b[0], b[1], b[2]);
  }
  return Float32Array.from(segments);
}
