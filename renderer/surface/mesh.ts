import { BufferAttribute, BufferGeometry, DataTexture, DoubleSide, Mesh, RGBAFormat, ShaderMaterial, SRGBColorSpace, LinearFilter } from 'three';
import { colorTable } from './colors';
import type { ColorMapName, Theme } from './data';
import type { Frame } from './frame';
import type { HeightField } from './heights';

const vertexShader = /* glsl */ `
attribute float height;
attribute float known;
varying float vHeight;
varying float vKnown;
varying vec3 vNormal;
varying vec3 vView;
void main() {
  vHeight = height;
  vKnown = known;
  vNormal = normalize(normalMatrix * normal);
  vec4 view = modelViewMatrix * vec4(position, 1.0);
  vView = -view.xyz;
  gl_Position = projectionMatrix * view;
}`;

// Soft light that follows the viewer: a wide key from the upper left, sky from above, a faint gloss. Facing surfaces keep the
// colour of the scale. Contour lines are drawn here, exact at every distance, one or two pixels wide.
const fragmentShader = /* glsl */ `
uniform sampler2D table;
uniform float low;
uniform float span;
uniform float step_;
uniform float lines;
uniform vec3 up;
uniform vec3 ground;
varying float vHeight;
varying float vKnown;
varying vec3 vNormal;
varying vec3 vView;

float lineAt(float position, float width) {
  float slope = fwidth(position);
  float distance_ = abs(fract(position - 0.5) - 0.5) / max(slope, 1e-9);
  // Lines closer than three pixels would flicker; they fade away.
  return (1.0 - smoothstep(width - 0.5, width + 0.5, distance_)) * (1.0 - smoothstep(0.18, 0.36, slope));
}

void main() {
  float unit = span > 0.0 ? clamp((vHeight - low) / span, 0.0, 1.0) : 0.0;
  vec3 base = texture2D(table, vec2((unit * 255.0 + 0.5) / 256.0, 0.5)).rgb;
  vec3 n = normalize(vNormal);
  vec3 v = normalize(vView);
  if (dot(n, v) < 0.0) n = -n;
  vec3 key = normalize(vec3(-0.55, 0.75, 0.65));
  float diffuse = pow(clamp(dot(n, key) * 0.5 + 0.5, 0.0, 1.0), 1.6);
  float sky = dot(n, up) * 0.5 + 0.5;
  vec3 color = base * (0.46 + 0.52 * diffuse + 0.14 * sky);
  float gloss = pow(clamp(dot(n, normalize(key + v)), 0.0, 1.0), 38.0);
  color += 0.07 * gloss;
  float luminance = dot(base, vec3(0.2126, 0.7152, 0.0722));
  float fine = lineAt(vHeight / step_, 0.6);
  float major = lineAt(vHeight / (5.0 * step_), 1.0);
  float ink = lines * max(fine * 0.34, major * 0.62);
  color = mix(color, luminance < 0.24 ? vec3(1.0) : vec3(0.0), ink);
  color = mix(color, ground, (1.0 - vKnown) * 0.08);
  gl_FragColor = vec4(color, 1.0);
  #include <colorspace_fragment>
}`;

const GROUND: Readonly<Record<Theme, readonly [number, number, number]>> = { light: [0.86, 0.88, 0.9], dark: [0.03, 0.035, 0.04] };

/** The surface's mesh: an indexed grid whose heights change in place while points arrive. */
export class SurfaceMesh {
  readonly material = new ShaderMaterial({
    vertexShader,
    fragmentShader,
    side: DoubleSide,
    polygonOffset: true,
    polygonOffsetFactor: 1,
    polygonOffsetUnits: 1,
    uniforms: { table: { value: null }, low: { value: 0 }, span: { value: 1 }, step_: { value: 1 }, lines: { value: 1 }, up: { value: [0, 1, 0] }, ground: { value: [1, 1, 1] } },
  });
  readonly object = new Mesh(new BufferGeometry(), this.material);
  private columns = 0;
  private rows = 0;

  constructor() {
    this.object.frustumCulled = false;
  }

  /** Shows a height field. Buffers are kept while the grid stays the same. */
  update(field: HeightField, frame: Frame): void {
    const { columns, rows, heights, known } = field;
    if (columns !== this.columns || rows !== this.rows) this.allocate(columns, rows);
    const geometry = this.object.geometry;
    const positions = geometry.getAttribute('position').array as Float32Array;
    for (let row = 0, i = 0; row < rows; row++) {
      const z = frame.rowZ(row);
      for (let column = 0; column < columns; column++, i++) {
        positions[i * 3] = frame.columnX(column);
        positions[i * 3 + 1] = Number.isNaN(heights[i]!) ? 0 : frame.lift(heights[i]!);
        positions[i * 3 + 2] = z;
      }
    }
    gridNormals(positions, heights, columns, rows, geometry.getAttribute('normal').array as Float32Array);
    (geometry.getAttribute('height').array as Float32Array).set(heights.map((height) => (Number.isNaN(height) ? field.low : height)));
    (geometry.getAttribute('known').array as Float32Array).set(known);
    const index = geometry.getIndex()!;
    const used = triangulate(heights, columns, rows, index.array as Uint32Array);
    geometry.setDrawRange(0, used);
    index.needsUpdate = true;
    for (const name of ['position', 'normal', 'height', 'known']) geometry.getAttribute(name).needsUpdate = true;
    const { uniforms } = this.material;
    uniforms['low']!.value = field.low;
    uniforms['span']!.value = field.high - field.low;
    uniforms['step_']!.value = field.step;
  }

  setColors(map: ColorMapName, theme: Theme, lines: boolean): void {
    const { uniforms } = this.material;
    (uniforms['table']!.value as DataTexture | null)?.dispose();
    const texture = new DataTexture(colorTable(map), 256, 1, RGBAFormat);
    texture.colorSpace = SRGBColorSpace;
    texture.minFilter = texture.magFilter = LinearFilter;
    texture.needsUpdate = true;
    uniforms['table']!.value = texture;
    uniforms['ground']!.value = GROUND[theme];
    uniforms['lines']!.value = Number(lines);
  }

  dispose(): void {
    this.object.geometry.dispose();
    (this.material.uniforms['table']!.value as DataTexture | null)?.dispose();
    this.material.dispose();
  }

  private allocate(columns: number, rows: number): void {
    this.object.geometry.dispose();
    const geometry = new BufferGeometry();
    const points = columns * rows;
    geometry.setAttribute('position', new BufferAttribute(new Float32Array(points * 3), 3));
    geometry.setAttribute('normal', new BufferAttribute(new Float32Array(points * 3), 3));
    geometry.setAttribute('height', new BufferAttribute(new Float32Array(points), 1));
    geometry.setAttribute('known', new BufferAttribute(new Float32Array(points), 1));
    geometry.setIndex(new BufferAttribute(new Uint32Array((columns - 1) * (rows - 1) * 6), 1));
    this.object.geometry = geometry;
    this.columns = columns;
    this.rows = rows;
  }
}

/** Writes the triangles between points that have a height; returns how many indices were written. */
export function triangulate(heights: Float32Array, columns: number, rows: number, out: Uint32Array): number {
  let used = 0;
  const add = (a: number, b: number, c: number): void => {
    if (Number.isNaN(heights[a]!) || Number.isNaN(heights[b]!) || Number.isNaN(heights[c]!)) return;
    out[used++] = a;
    out[used++] = b;
    out[used++] = c;
  };
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const a = row * columns + column;
      add(a, a + 1, a + columns + 1);
      add(a, a + columns + 1, a + columns);
    }
  }
  return used;
}

/** Normals of a height field from central differences; one-sided beside a hole and at the border. */
export function gridNormals(positions: Float32Array, heights: Float32Array, columns: number, rows: number, out: Float32Array): void {
  const slope = (here: number, before: number, after: number, axis: 0 | 2): number => {
    const low = before >= 0 && !Number.isNaN(heights[before]!) ? before : here;
    const high = after >= 0 && !Number.isNaN(heights[after]!) ? after : here;
    const run = positions[high * 3 + axis]! - positions[low * 3 + axis]!;
    return run === 0 ? 0 : (positions[high * 3 + 1]! - positions[low * 3 + 1]!) / run;
  };
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const dx = slope(i, column > 0 ? i - 1 : -1, column + 1 < columns ? i + 1 : -1, 0);
      const dz = slope(i, row > 0 ? i - columns : -1, row + 1 < rows ? i + columns : -1, 2);
      const length = Math.hypot(dx, 1, dz);
      out[i * 3] = -dx / length;
      out[i * 3 + 1] = 1 / length;
      out[i * 3 + 2] = -dz / length;
    }
  }
}
