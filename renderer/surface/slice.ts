import { BufferAttribute, BufferGeometry, DataTexture, DoubleSide, Group, LinearFilter, Mesh, MeshBasicMaterial, RGBAFormat, SRGBColorSpace } from 'three';
import { colorTable, type ScenePalette } from './colors';
import type { ColorMapName, SliceAxis } from './data';
import { Lines } from './lines';
import { ball, clear, type Point } from './marks';
import { valueInside, type VolumeValues } from './volume-values';

/** Pixels of the slice's picture along each side. */
const SIZE = 192;

export const axisNumber: Readonly<Record<SliceAxis, 0 | 1 | 2>> = { x: 0, y: 1, z: 2 };

/** The two axes that span a cut across `axis`. */
export const spanningAxes = (axis: SliceAxis): readonly [SliceAxis, SliceAxis] => (axis === 'x' ? ['y', 'z'] : axis === 'y' ? ['x', 'z'] : ['x', 'y']);

/** Colours of a cut `[SIZE * SIZE * 4]`, sRGB, row by row along the second spanning axis; clear where there is a hole. */
export function sliceImage(values: VolumeValues, axis: SliceAxis, position: number, map: ColorMapName): Uint8Array {
  const table = colorTable(map);
  const [u, v] = spanningAxes(axis).map((name) => axisNumber[name]) as [number, number];
  const image = new Uint8Array(SIZE * SIZE * 4);
  const place: [number, number, number] = [0, 0, 0];
  place[axisNumber[axis]] = position;
  for (let row = 0, at = 0; row < SIZE; row++) {
    place[v] = ((values.counts[v]! - 1) * row) / (SIZE - 1);
    for (let column = 0; column < SIZE; column++, at += 4) {
      place[u] = ((values.counts[u]! - 1) * column) / (SIZE - 1);
      const value = valueInside(values, place);
      if (!Number.isNaN(value)) {
        const color = 4 * Math.round(255 * values.unit(value));
        image.set([table[color]!, table[color + 1]!, table[color + 2]!, 255], at);
      }
    }
  }
  return image;
}

/** A cut through the volume as a colour map, with a frame and a handle by which it is drawn along its axis. */
export class Slice {
  readonly object = new Group();
  /** Where the handle stands; `undefined` while no slice is shown. */
  handle: Point | undefined;
  private readonly texture = new DataTexture(new Uint8Array(SIZE * SIZE * 4), SIZE, SIZE, RGBAFormat);
  private readonly material = new MeshBasicMaterial({ map: this.texture, side: DoubleSide, alphaTest: 0.5, toneMapped: false });
  private readonly mesh = new Mesh(new BufferGeometry(), this.material);
  private readonly rim = new Lines({ color: '#888', width: 1.6 });
  private readonly dots = new Group();

  constructor() {
    this.texture.colorSpace = SRGBColorSpace;
    this.texture.minFilter = this.texture.magFilter = LinearFilter;
    this.mesh.frustumCulled = false;
    this.mesh.geometry.setAttribute('uv', new BufferAttribute(Float32Array.of(0, 0, 1, 0, 1, 1, 0, 1), 2));
    this.mesh.geometry.setIndex([0, 1, 2, 0, 2, 3]);
    this.object.add(this.mesh, this.rim.object, this.dots);
  }

  /** @param corners of the cut, around it, the first at the spanning axes' lower ends */
  update(image: Uint8Array, corners: readonly [Point, Point, Point, Point], handle: Point, palette: ScenePalette): void {
    this.object.visible = true;
    (this.texture.image.data as Uint8Array).set(image);
    this.texture.needsUpdate = true;
    this.mesh.geometry.setAttribute('position', new BufferAttribute(Float32Array.from(corners.flat()), 3));
    this.rim.restyle({ color: palette.text, width: 1.5, opacity: 0.7, order: 30 });
    this.rim.set(corners.flatMap((corner, i) => [...corner, ...corners[(i + 1) % 4]!]));
    clear(this.dots);
    this.handle = handle;
    this.dots.add(ball(handle, 0.036, palette.halo, 31, true), ball(handle, 0.026, palette.accent, 32, true));
  }

  hide(): void {
    this.object.visible = false;
    this.handle = undefined;
  }

  resize(width: number, height: number): void {
    this.rim.resize(width, height);
  }

  dispose(): void {
    clear(this.dots);
    this.rim.dispose();
    this.mesh.geometry.dispose();
    this.material.dispose();
    this.texture.dispose();
  }
}
