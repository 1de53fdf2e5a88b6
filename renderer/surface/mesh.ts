import { BufferAttribute, BufferGeometry, DataTexture, DoubleSide, FloatType, LinearFilter, Mesh, RedFormat, RGBAFormat, ShaderMaterial, Sphere, SRGBColorSpace, UnsignedByteType, Vector2, Vector3 } from 'three';
import { colorTable } from './colors';
import type { ColorMapName, Theme } from './data';
import type { Frame } from './frame';
import type { HeightField } from './heights';

/** The height of a hole in the texture: above all others, since not every graphics card can tell NaN. */
const HOLE = 1e38;

// Heights come as a texture, so that a change of them costs the processor nothing else: where a point stands and how the surface is inclined there
// (central differences, one-sided beside a hole and at the border) is worked out here.
const vertexShader = /* glsl */ `
attribute vec2 cell;
uniform highp sampler2D heights;
uniform sampler2D known;
uniform vec2 last;
uniform vec3 extent;
uniform float low;
uniform float span;
varying float vHeight;
varying float vKnown;
varying vec3 vNormal;
varying vec3 vView;

float slope(ivec2 at, ivec2 by, float place, float end, float here) {
  float before = place > 0.0 ? texelFetch(heights, at - by, 0).r : ${HOLE.toExponential()};
  float after = place < end ? texelFetch(heights, at + by, 0).r : ${HOLE.toExponential()};
  bool low_ = before < ${(HOLE / 10).toExponential()};
  bool high_ = after < ${(HOLE / 10).toExponential()};
  float cells = float(low_) + float(high_);
  return cells == 0.0 ? 0.0 : ((high_ ? after : here) - (low_ ? before : here)) / cells;
}

void main() {
  ivec2 at = ivec2(cell);
  float here = texelFetch(heights, at, 0).r;
  float lift = span > 0.0 ? extent.y / span : 0.0;
  vec2 place = 2.0 * cell / last - 1.0;
  vec3 position_ = vec3(extent.x * place.x, lift * (here - low), -extent.z * place.y);
  float dx = lift * slope(at, ivec2(1, 0), cell.x, last.x, here) * last.x / (2.0 * extent.x);
  float dz = -lift * slope(at, ivec2(0, 1), cell.y, last.y, here) * last.y / (2.0 * extent.z);
  vHeight = here;
  vKnown = texelFetch(known, at, 0).r * 255.0;
  vNormal = normalize(normalMatrix * normalize(vec3(-dx, 1.0, -dz)));
  vec4 view = modelViewMatrix * vec4(position_, 1.0);
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
uniform float veil;
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
  color = mix(color, ground, (1.0 - vKnown) * veil);
  gl_FragColor = vec4(color, 1.0);
  #include <colorspace_fragment>
}`;

const GROUND: Readonly<Record<Theme, readonly [number, number, number]>> = { light: [0.86, 0.88, 0.9], dark: [0.03, 0.035, 0.04] };

/** How much of the ground shows where a point is still to be computed. */
const VEIL = 0.08;

/** The surface's mesh: a grid that is made once, and its heights as a texture that changes while points arrive. */
export class SurfaceMesh {
  readonly material = new ShaderMaterial({
    vertexShader,
    fragmentShader,
    side: DoubleSide,
    polygonOffset: true,
    polygonOffsetFactor: 1,
    polygonOffsetUnits: 1,
    uniforms: {
      heights: { value: null }, known: { value: null }, last: { value: new Vector2(1, 1) }, extent: { value: new Vector3(1, 1, 1) },
      table: { value: null }, low: { value: 0 }, span: { value: 1 }, step_: { value: 1 }, lines: { value: 1 }, up: { value: [0, 1, 0] }, ground: { value: [1, 1, 1] }, veil: { value: VEIL },
    },
  });
  readonly object = new Mesh(new BufferGeometry(), this.material);
  private columns = 0;
  private rows = 0;
  private field: HeightField | undefined;
  private holes = 0;

  constructor() {
    this.object.frustumCulled = false;
  }

  /**
   * Shows a height field. The grid is kept while its size stays the same.
   *
   * @param chosen points between the computed ones are interpolated for good: they have the colour of their height
   */
  update(field: HeightField, frame: Frame, chosen: boolean): void {
    const { columns, rows, low, high, step } = field;
    const { uniforms } = this.material;
    if (columns !== this.columns || rows !== this.rows) this.allocate(columns, rows);
    if (field !== this.field) this.fill(field);
    uniforms['last']!.value.set(columns - 1, rows - 1);
    uniforms['extent']!.value.set(frame.halfX, frame.relief, frame.halfZ);
    uniforms['low']!.value = low;
    uniforms['span']!.value = high - low;
    uniforms['step_']!.value = step;
    uniforms['veil']!.value = chosen ? 0 : VEIL;
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
    for (const name of ['table', 'heights', 'known']) (this.material.uniforms[name]!.value as DataTexture | null)?.dispose();
    this.material.dispose();
  }

  private fill(field: HeightField): void {
    const { heights, known, columns, rows, holes } = field;
    const textures = ['heights', 'known'].map((name) => this.material.uniforms[name]!.value as DataTexture);
    const texels = textures[0]!.image.data as Float32Array;
    texels.set(heights);
    if (holes > 0) for (let i = 0; i < texels.length; i++) if (Number.isNaN(heights[i]!)) texels[i] = HOLE;
    (textures[1]!.image.data as Uint8Array).set(known);
    for (const texture of textures) texture.needsUpdate = true;
    // Without holes, now and before, the triangles are the same.
    if (holes > 0 || this.holes > 0 || this.field === undefined) {
      const index = this.object.geometry.getIndex()!;
      this.object.geometry.setDrawRange(0, triangulate(heights, columns, rows, index.array as Uint32Array));
      index.needsUpdate = true;
    }
    this.holes = holes;
    this.field = field;
  }

  private allocate(columns: number, rows: number): void {
    this.object.geometry.dispose();
    const geometry = new BufferGeometry();
    const points = columns * rows;
    const cells = new Uint16Array(points * 2);
    for (let i = 0; i < points; i++) {
      cells[2 * i] = i % columns;
      cells[2 * i + 1] = Math.floor(i / columns);
    }
    geometry.setAttribute('cell', new BufferAttribute(cells, 2));
    geometry.setIndex(new BufferAttribute(new Uint32Array((columns - 1) * (rows - 1) * 6), 1));
    // Where it stands is known to the graphics card only.
    geometry.boundingSphere = new Sphere(new Vector3(), 2);
    this.object.geometry = geometry;
    const { uniforms } = this.material;
    for (const name of ['heights', 'known']) (uniforms[name]!.value as DataTexture | null)?.dispose();
    uniforms['heights']!.value = new DataTexture(new Float32Array(points), columns, rows, RedFormat, FloatType);
    uniforms['known']!.value = new DataTexture(new Uint8Array(points), columns, rows, RedFormat, UnsignedByteType);
    this.field = undefined;
    this.columns = columns;
    this.rows = rows;
  }
}

/** Writes the triangles between points that have a height; returns how many indices were written. */
export function triangulate(heights: Float32Array, columns: number, rows: number, out: Uint32Array): number {
  let used = 0;
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const a = row * columns + column;
      const [b, c, d] = [a + 1, a + columns + 1, a + columns];
      if (Number.isNaN(heights[a]!) || Number.isNaN(heights[c]!)) continue;
      if (!Number.isNaN(heights[b]!)) {
        out[used] = a;
        out[used + 1] = b;
        out[used + 2] = c;
        used += 3;
      }
      if (!Number.isNaN(heights[d]!)) {
        out[used] = a;
        out[used + 1] = c;
        out[used + 2] = d;
        used += 3;
      }
    }
  }
  return used;
}
