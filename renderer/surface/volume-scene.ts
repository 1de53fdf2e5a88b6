import { isoSurface } from '#host-client';
import { type Ray, Vector3 } from 'three';
import { axisBox, type AxisBox } from './box';
import { colorTable, scenePalettes } from './colors';
import type { PointerReading, SliceAxis, VolumeLook } from './data';
import type { Overlay } from './labels';
import { AnchorMarks, MinimumMark, type Point } from './marks';
import { OrbitScene, type SceneOptions } from './orbit';
import { legendOf } from './legend';
import { colorOf, PathMarks, pathsOf } from './path-marks';
import { Shells } from './shells';
import { axisNumber, Slice, sliceImage, spanningAxes } from './slice';
import { formatNumber } from './number';
import { type VolumeAxes, volumeFrame, type VolumeFrame, volumeMiddle } from './volume-frame';
import { valueInside, type VolumeValues, volumeValues } from './volume-values';

/** Milliseconds between two makings of the shells while points stream in. */
const SHELL_PAUSE = 250;
/** Pixels around the slice's handle within which a drag takes it. */
const GRASP = 16;
/** What is drawn after the shells, over them. */
const OVER_SHELLS = 20;

/** A volume: nested iso-surfaces, a cut that can be moved, the path and other weights in space. */
export class VolumeScene extends OrbitScene {
  private readonly shells = new Shells();
  private readonly slice = new Slice();
  private readonly path = new PathMarks();
  private readonly minimum = new MinimumMark();
  private readonly anchors = new AnchorMarks();
  private volume: VolumeLook = { levels: [], slice: null };
  private values: VolumeValues | undefined;
  private frame: VolumeFrame | undefined;
  private lowest: Point | undefined;
  private under: { readonly place: Readonly<Record<SliceAxis, number>>; readonly at: Point; readonly value: number } | undefined;
  /** The values' array and quantity that the shells were made of. */
  private shown = '';
  private shellsMade = -Infinity;

  constructor(container: HTMLElement, options: SceneOptions) {
    super(container, options, new Vector3(...volumeMiddle), 1.72);
    this.add(this.slice, this.path, this.shells, this.minimum, this.anchors);
    this.controls.maxPolarAngle = Math.PI * 0.62;
    this.start();
  }

  /** Which iso-surfaces and which cut are shown. */
  setVolume(volume: VolumeLook): void {
    const same = volume.levels.join() === this.volume.levels.join();
    this.volume = volume;
    if (!same) {
      this.shellsMade = -Infinity;
      this.refresh();
      return;
    }
    // A cut alone is made anew without the shells.
    this.makeSlice();
    this.resizeLines();
    this.requestRender();
  }

  protected override listen(canvas: HTMLCanvasElement): void {
    super.listen(canvas);
    // Before the camera's own listeners: a drag that takes the handle does not turn the box.
    canvas.addEventListener('pointerdown', (event) => this.grasp(event, canvas), { signal: this.abort.signal, capture: true });
  }

  protected override key(event: KeyboardEvent): void {
    const step = { PageUp: 1, PageDown: -1 }[event.key];
    const { slice } = this.volume;
    const axis = slice && this.axes()?.[slice.axis];
    if (step === undefined || !slice || !axis) return super.key(event);
    event.preventDefault();
    this.moveSlice(slice.at + (step * (axis.at(-1)! - axis[0]!)) / (axis.length - 1));
  }

  protected override rebuild(): void {
    const { data, look } = this;
    const axes = this.axes();
    const given = data?.values[look.quantity];
    this.values = axes && given ? volumeValues(given, [axes.x.length, axes.y.length, axes.z.length], look.scale) : undefined;
    const { values } = this;
    for (const { object } of [this.shells, this.slice, this.path, this.minimum, this.anchors]) object.visible = values !== undefined;
    if (!axes || !values || !data) {
      this.frame = undefined;
      this.showBox();
      return;
    }
    const palette = scenePalettes[look.theme];
    const frame = (this.frame = volumeFrame(axes));
    this.makeShells(values, frame, axes);
    this.makeSlice();
    const paths = look.path ? pathsOf(data) : [];
    this.path.show(paths.map(({ steps, points: at }, i) => {
      const points = Array.from({ length: steps.length }, (_, k) => inside(frame, axes, Array.from(at.subarray(3 * k, 3 * k + 3))));
      return { points, line: points, color: colorOf(i, paths.length, palette) };
    }), frame.floor, palette, OVER_SHELLS);
    const { index } = values.lowest;
    const row = Math.floor(index / axes.x.length);
    this.lowest = frame.at(axes.x[index % axes.x.length]!, axes.y[row % axes.y.length]!, axes.z[Math.floor(row / axes.y.length)]!);
    this.minimum.update(this.lowest, palette, OVER_SHELLS + 7);
    const places = (data.anchors ?? []).map(({ name, x, y, z = 0 }) => ({ text: name, at: inside(frame, axes, [x, y, z]) }));
    this.anchors.show(places.filter(({ at }) => at.every(Number.isFinite)), palette, OVER_SHELLS + 7);
    this.resizeLines();
    this.showBox();
  }

  protected override makeBox(): AxisBox | undefined {
    const axes = this.axes();
    if (!axes || !this.frame || !this.data) return undefined;
    const [x, y, z = ''] = this.data.axes;
    return axisBox(this.frame, { low: axes.z[0]!, high: axes.z.at(-1)!, scale: 'linear' }, axes.x, axes.y, [x, y, z], this.facing);
  }

  protected override texts(): Omit<Overlay, 'labels'> {
    const { values, look, under } = this;
    if (!values) return { notes: [] };
    const notes = [...this.anchors.places];
    if (this.lowest && !under) notes.push({ text: `min ${formatNumber(values.lowest.value)}`, at: this.lowest });
    if (under) notes.push({ text: `${formatNumber(under.value)}  at  ${(['x', 'y', 'z'] as const).map((axis) => formatNumber(under.place[axis], 3)).join(', ')}`, at: under.at });
    return { notes, ...(this.data && { legend: legendOf(this.data, look, [], scenePalettes[look.theme]) }), colorBar: { table: colorTable(look.colorMap), low: values.low, high: values.high, scale: values.scale, title: look.quantity, marks: this.volume.levels } };
  }

  protected override pointTo(ray: Ray | undefined): void {
    const before = this.under;
    this.under = ray && this.meetSlice(ray);
    this.renderer.domElement.style.cursor = ray && this.nearHandle(ray) ? 'grab' : '';
    if (before === undefined && this.under === undefined) return;
    this.options.onPointer?.(this.reading());
    this.requestRender();
  }

  protected override light(up: Vector3): void {
    this.shells.light(up);
  }

  private axes(): VolumeAxes | undefined {
    const { x, y, z } = this.data ?? {};
    return x && y && z && Math.min(x.length, y.length, z.length) > 1 ? { x, y, z } : undefined;
  }

  private makeShells(values: VolumeValues, frame: VolumeFrame, axes: VolumeAxes): void {
    const { look, volume } = this;
    // While points arrive the surfaces follow a few times a second; everything that a person changes acts at once.
    const subject = [look.quantity, look.scale, look.colorMap].join();
    if (subject === this.shown && performance.now() - this.shellsMade < SHELL_PAUSE) {
      setTimeout(() => this.refresh(), SHELL_PAUSE);
      return;
    }
    this.shown = subject;
    const table = colorTable(look.colorMap);
    const spacing = (axis: Float64Array): number => (axis.at(-1)! - axis[0]!) / (axis.length - 1);
    const grid = { origin: [axes.x[0]!, axes.y[0]!, axes.z[0]!], spacing: [spacing(axes.x), spacing(axes.y), spacing(axes.z)] } as const;
    // From the volume's coordinates to the scene's: (x, z, -y), each with its own scale; normals the other way.
    const scales = [frame.at(1, 0, 0)[0] - frame.at(0, 0, 0)[0], frame.at(0, 0, 1)[1] - frame.at(0, 0, 0)[1], frame.at(0, 1, 0)[2] - frame.at(0, 0, 0)[2]];
    const levels = volume.levels.toSorted((a, b) => a - b);
    this.shells.update(levels.map((level) => {
      const surface = isoSurface(values, level, grid);
      const { positions, normals } = surface;
      for (let i = 0; i < positions.length; i += 3) {
        positions.set(frame.at(positions[i]!, positions[i + 1]!, positions[i + 2]!), i);
        const normal = new Vector3(normals[i]! / scales[0]!, normals[i + 2]! / scales[1]!, normals[i + 1]! / scales[2]!).normalize();
        normals.set(normal.toArray(), i);
      }
      const at = 4 * Math.round(255 * values.unit(level));
      return { surface, color: [table[at]! / 255, table[at + 1]! / 255, table[at + 2]! / 255] as const };
    }));
    this.shellsMade = performance.now();
  }

  private makeSlice(): void {
    const { values, frame, look } = this;
    const { slice } = this.volume;
    const axes = this.axes();
    if (!values || !frame || !slice || !axes) {
      this.slice.hide();
      return;
    }
    const [u, v] = spanningAxes(slice.axis);
    const corner = (a: 0 | -1, b: 0 | -1): Point => {
      const place = { x: slice.at, y: slice.at, z: slice.at, [u]: axes[u].at(a)!, [v]: axes[v].at(b)! };
      return frame.at(place.x, place.y, place.z);
    };
    const corners = [corner(0, 0), corner(-1, 0), corner(-1, -1), corner(0, -1)] as const;
    // The handle stands at the corner that is nearest to the viewer in the first view.
    const handle = slice.axis === 'z' ? corners[0] : slice.axis === 'y' ? corners[2] : corners[3];
    this.slice.update(sliceImage(values, slice.axis, position(axes[slice.axis], slice.at), look.colorMap), [...corners], handle, scenePalettes[look.theme]);
  }

  private reading(): PointerReading | undefined {
    return this.under && { ...this.under.place, value: this.under.value };
  }

  private meetSlice(ray: Ray): typeof this.under {
    const { values, frame } = this;
    const { slice } = this.volume;
    const axes = this.axes();
    if (!values || !frame || !slice || !axes) return undefined;
    const k = SCENE_AXIS[slice.axis];
    const level = frame.at(slice.at, slice.at, slice.at)[k];
    const t = (level - ray.origin.getComponent(k)) / ray.direction.getComponent(k);
    if (!(t > 0)) return undefined;
    const at = ray.at(t, new Vector3()).toArray();
    const place = { ...frame.coordinates(at), [slice.axis]: slice.at };
    const value = valueInside(values, [position(axes.x, place.x), position(axes.y, place.y), position(axes.z, place.z)]);
    return Number.isNaN(value) ? undefined : { place, at, value };
  }

  private nearHandle(ray: Ray): boolean {
    const { handle } = this.slice;
    if (!handle) return false;
    const place = new Vector3(...handle);
    const pixel = (2 * Math.tan((this.camera.fov * Math.PI) / 360) * this.camera.position.distanceTo(place)) / Math.max(this.container.clientHeight, 1);
    return ray.distanceToPoint(place) < GRASP * pixel;
  }

  private grasp(event: PointerEvent, canvas: HTMLCanvasElement): void {
    const { slice } = this.volume;
    const { handle } = this.slice;
    if (!slice || !handle || !this.nearHandle(this.ray(event))) return;
    this.controls.enabled = false;
    canvas.setPointerCapture(event.pointerId);
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, this.abort.signal]);
    const axis = new Vector3().setComponent(SCENE_AXIS[slice.axis], 1);
    canvas.addEventListener('pointermove', (move) => {
      const place = this.frame?.coordinates(nearestOnLine(new Vector3(...handle), axis, this.ray(move)));
      if (place) this.moveSlice(place[slice.axis]);
    }, { signal });
    for (const end of ['pointerup', 'pointercancel'] as const) {
      canvas.addEventListener(end, () => {
        this.controls.enabled = true;
        ended.abort();
      }, { signal });
    }
  }

  private moveSlice(to: number): void {
    const { slice } = this.volume;
    const axis = slice && this.axes()?.[slice.axis];
    if (!slice || !axis) return;
    const at = Math.min(Math.max(to, axis[0]!), axis.at(-1)!);
    this.volume = { ...this.volume, slice: { ...slice, at } };
    this.makeSlice();
    this.resizeLines();
    this.requestRender();
    this.options.onSlice?.(at);
  }
}

/** Which coordinate of the scene an axis of the volume runs along. */
const SCENE_AXIS: Readonly<Record<SliceAxis, 0 | 1 | 2>> = { x: 0, y: 2, z: 1 };

const position = (axis: Float64Array, value: number): number => ((value - axis[0]!) / (axis.at(-1)! - axis[0]!)) * (axis.length - 1);

/** Scene coordinates of a point of the volume; NaN outside the box, where a line breaks off. */
function inside(frame: VolumeFrame, axes: VolumeAxes, place: readonly number[]): Point {
  const held = (['x', 'y', 'z'] as const).every((axis) => place[axisNumber[axis]]! >= axes[axis][0]! && place[axisNumber[axis]]! <= axes[axis].at(-1)!);
  return held ? frame.at(place[0]!, place[1]!, place[2]!) : [NaN, NaN, NaN];
}

/** The point of a line that comes nearest to a ray. */
function nearestOnLine(start: Vector3, along: Vector3, ray: Ray): Point {
  const between = ray.origin.clone().sub(start);
  const slant = along.dot(ray.direction);
  const t = (between.dot(along) - slant * between.dot(ray.direction)) / Math.max(1 - slant * slant, 1e-9);
  return start.clone().addScaledVector(along, t).toArray();
}
