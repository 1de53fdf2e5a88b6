import { type Ray, Vector3 } from 'three';
import { axisBox, type AxisBox } from './box';
import { colorTable, scenePalettes } from './colors';
import { type CriticalMark, type PlanePoint, type PointerReading, sameHeights, type SurfaceData, type SurfaceLook } from './data';
import { type Frame, makeFrame, meetSurface } from './frame';
import { heightAt, heightField, type HeightField, lowestIndex } from './heights';
import type { Overlay } from './labels';
import { FloorContours } from './floor';
import { legendOf } from './legend';
import { AnchorMarks, CriticalMarks, MinimumMark, PointerMark, PointMarks } from './marks';
import { SurfaceMesh } from './mesh';
import { OrbitScene, type SceneOptions } from './orbit';
import { PathMarks } from './path-marks';
import { formatNumber } from './number';

/** A surface over its plane. */
export class SurfaceScene extends OrbitScene {
  private readonly surface = new SurfaceMesh();
  private readonly floor = new FloorContours(() => this.invalidate());
  private readonly path = new PathMarks();
  private readonly points = new PointMarks();
  private readonly minimum = new MinimumMark();
  private readonly critical = new CriticalMarks();
  private readonly anchors = new AnchorMarks();
  private readonly pointer = new PointerMark();
  private marks: readonly CriticalMark[] = [];
  private field: HeightField | undefined;
  private frame: Frame | undefined;
  private under: { column: number; row: number } | undefined;
  private lowest: { value: number; at: readonly [number, number, number] } | undefined;

  constructor(container: HTMLElement, options: SceneOptions) {
    super(container, options, new Vector3(0, 0.1, 0));
    this.add(this.floor, this.surface, this.path, this.points, this.pointer, this.minimum, this.critical, this.anchors);
    this.start();
  }

  override setData(data: SurfaceData): void {
    this.floor.clear();
    super.setData(data);
  }

  override setLook(look: Partial<SurfaceLook>): void {
    if (!sameHeights(this.look, { ...this.look, ...look })) {
      this.changed = true;
      // Lines of another height or scale would say what is not so.
      this.floor.clear();
    }
    super.setLook(look);
  }

  /** Marks valleys, passes and hills; an empty list takes the marks away. */
  setMarks(marks: readonly CriticalMark[]): void {
    this.marks = marks;
    this.invalidate();
  }

  /** Shows the pointer's marks at a place of the plane, as if it were there; `onPointer` is told. */
  pointAt(place: PlanePoint | undefined): void {
    if (!this.data) return;
    const { x, y } = this.data;
    const position = (axis: Float64Array, value: number): number => ((value - axis[0]!) / (axis.at(-1)! - axis[0]!)) * (axis.length - 1);
    const at = place && { column: position(x, place.x), row: position(y, place.y) };
    const inside = at && at.column >= 0 && at.row >= 0 && at.column <= x.length - 1 && at.row <= y.length - 1;
    this.setUnder(inside ? at : undefined);
  }

  protected override pointTo(ray: Ray | undefined): void {
    this.setUnder(ray && this.field && this.frame ? meetSurface(this.field, this.frame, ray.origin.toArray(), ray.direction.toArray()) : undefined);
  }

  private setUnder(under: { column: number; row: number } | undefined): void {
    if (under === undefined && this.under === undefined) return;
    this.under = under;
    this.updatePointer();
    this.requestRender();
  }

  private updatePointer(): void {
    if (!this.field || !this.frame || !this.data) return;
    this.pointer.update(this.under, this.field, this.frame, scenePalettes[this.look.theme]);
    this.options.onPointer?.(this.reading());
  }

  private reading(): PointerReading | undefined {
    if (!this.under || !this.field || !this.data) return undefined;
    const { column, row } = this.under;
    const height = heightAt(this.field, column, row);
    if (!Number.isFinite(height)) return undefined;
    const at = (axis: Float64Array, position: number): number => axis[0]! + ((axis.at(-1)! - axis[0]!) * position) / (axis.length - 1);
    return { x: at(this.data.x, column), y: at(this.data.y, row), value: this.look.scale === 'log' ? 10 ** height : height };
  }

  protected override applyLook(): void {
    super.applyLook();
    this.surface.setColors(this.look.colorMap, this.look.theme, this.look.contours);
  }

  protected override rebuild(): void {
    const { data, look } = this;
    const values = data?.values[look.quantity];
    if (this.changed) this.field = data && values ? heightField(values, data.x.length, data.y.length, look.scale, look.ceiling, look.extent) : undefined;
    const shown = data !== undefined && values !== undefined && this.field !== undefined && data.x.length > 1 && data.y.length > 1;
    for (const { object } of [this.surface, this.floor, this.path, this.points, this.minimum, this.critical, this.anchors]) object.visible = shown;
    if (!shown) {
      this.frame = undefined;
      this.showBox();
      this.setUnder(undefined);
      return;
    }
    const field = this.field!;
    const palette = scenePalettes[look.theme];
    const frame = (this.frame = makeFrame(data.x, data.y, field, look.exaggeration));
    this.surface.update(field, frame, data.chosen === true);
    this.path.update(look.path ? data : {}, field, frame, palette);
    this.points.update(field, frame, look.points && data.chosen === true);
    this.lowest = findLowest(values, field, frame);
    this.minimum.update(this.lowest?.at, palette);
    this.critical.update(this.marks, field, frame, palette);
    this.anchors.update(data.anchors ?? [], field, frame, palette);
    this.floor.update(field, frame, look);
    this.resizeLines();
    this.showBox();
    if (this.under) this.updatePointer();
  }

  protected override complete(): void {
    super.complete();
    this.floor.finish();
    this.invalidate();
  }

  protected override makeBox(): AxisBox | undefined {
    const { data, field, frame, look } = this;
    if (!data || !field || !frame) return undefined;
    return axisBox(frame, field, data.x, data.y, [data.axes[0], data.axes[1], look.scale === 'log' ? `${look.quantity} (log)` : look.quantity], this.facing);
  }

  protected override light(up: Vector3): void {
    this.surface.material.uniforms['up']!.value = up;
  }

  protected override texts(): Omit<Overlay, 'labels'> {
    const { field, look } = this;
    if (!field || !this.frame) return { notes: [] };
    const reading = this.reading();
    const notes: { text: string; at: readonly [number, number, number] }[] = [...this.anchors.places];
    if (this.lowest && !this.under) notes.push({ text: `min ${formatNumber(this.lowest.value)}`, at: this.lowest.at });
    if (reading && this.under) {
      const at = [this.frame.columnX(this.under.column), this.frame.lift(heightAt(field, this.under.column, this.under.row)), this.frame.rowZ(this.under.row)] as const;
      notes.push({ text: `${formatNumber(reading.value)}  at  ${formatNumber(reading.x, 3)}, ${formatNumber(reading.y, 3)}`, at });
    }
    return { notes, ...(this.data && { legend: legendOf(this.data, look, this.marks, scenePalettes[look.theme]) }), colorBar: { table: colorTable(look.colorMap), low: field.low, high: field.high, scale: field.scale, title: look.quantity } };
  }
}

function findLowest(values: Float64Array, field: HeightField, frame: Frame): { value: number; at: readonly [number, number, number] } | undefined {
  const index = lowestIndex(values);
  if (index < 0) return undefined;
  const [column, row] = [index % field.columns, Math.floor(index / field.columns)];
  return { value: values[index]!, at: [frame.columnX(column), frame.lift(field.heights[index]!), frame.rowZ(row)] };
}
