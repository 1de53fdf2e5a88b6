import { colorTable, scenePalettes, type ScenePalette } from './colors';
import { ContourSearch } from './contour-search';
import { type CriticalMark, defaultLook, type PlanePoint, type PointerReading, sameHeights, type SurfaceData, type SurfaceLook } from './data';
import { heightAt, heightField, type HeightField } from './heights';
import { drawCaption, drawColorBar } from './labels';
import { drawLegend, legendHeight, legendOf } from './legend';
import { drawAxes, drawComputed, drawContours, drawMarks, drawPaths, drawPointer, type MapGround } from './map-drawing';
import { mapPixels } from './map-pixels';
import { type MapPlace, mapPlace, planeAt } from './map-place';

/** Above the map: alone, and with a caption. */
const TOP = 28;
const CAPTION_ROOM = 74;

export interface MapOptions {
  readonly look?: Partial<SurfaceLook>;
  readonly label: string;
  readonly onPointer?: (reading: PointerReading | undefined) => void;
}

/** A surface from above: colours, contour lines, the path, valleys and passes; the value and two cross-section lines at the pointer. The same methods as the scene. */
export class SurfaceMap {
  private readonly canvas = document.createElement('canvas');
  private readonly observer = new ResizeObserver(() => this.requestDraw());
  private readonly contours = new ContourSearch(() => this.requestDraw());
  private readonly ground = document.createElement('canvas');
  private look: SurfaceLook;
  private data: SurfaceData | undefined;
  private marks: readonly CriticalMark[] = [];
  private field: HeightField | undefined;
  private painted = '';
  private under: PlanePoint | undefined;
  private scheduled = 0;

  constructor(
    private readonly container: HTMLElement,
    private readonly options: MapOptions,
  ) {
    this.look = { ...defaultLook, ...options.look };
    this.canvas.setAttribute('role', 'img');
    this.canvas.setAttribute('aria-label', options.label);
    this.canvas.tabIndex = 0;
    this.canvas.style.cssText = 'display:block;width:100%;height:100%';
    container.append(this.canvas);
    this.canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => this.pointAt(this.placeAt(offsetX, offsetY)));
    this.canvas.addEventListener('pointerleave', () => this.pointAt(undefined));
    this.canvas.addEventListener('keydown', (event) => this.key(event));
    this.observer.observe(container);
  }

  setData(data: SurfaceData): void {
    this.data = data;
    this.contours.clear();
    this.refresh();
  }

  setLook(look: Partial<SurfaceLook>): void {
    const before = this.look;
    this.look = { ...before, ...look };
    if (sameHeights(before, this.look)) return this.requestDraw();
    this.contours.clear();
    this.refresh();
  }

  /** Marks valleys, passes and hills; an empty list takes the marks away. */
  setMarks(marks: readonly CriticalMark[]): void {
    this.marks = marks;
    this.requestDraw();
  }

  /** Reads the value at a place of the plane, as if the pointer were there; `onPointer` is told. */
  pointAt(place: PlanePoint | undefined): void {
    if (place === undefined && this.under === undefined) return;
    this.under = place;
    this.options.onPointer?.(this.reading());
    this.requestDraw();
  }

  resetView(): void {
    this.pointAt(undefined);
  }

  /** Draws again what has changed in the data's arrays. */
  refresh(): void {
    this.field = undefined;
    this.painted = '';
    this.requestDraw();
  }

  async picture(width: number, height: number, caption?: { title: string; subtitle: string }): Promise<Blob> {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    this.contours.finish();
    this.draw(canvas, width / Math.max(this.container.clientWidth, 1), caption);
    this.requestDraw();
    return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(`A picture of ${width} x ${height} pixels is too large for this window.`))), 'image/png'));
  }

  dispose(): void {
    cancelAnimationFrame(this.scheduled);
    this.observer.disconnect();
    this.contours.dispose();
    this.canvas.remove();
  }

  private requestDraw(): void {
    if (this.scheduled !== 0) return;
    this.scheduled = requestAnimationFrame(() => {
      this.scheduled = 0;
      const { clientWidth: width, clientHeight: height } = this.container;
      const ratio = Math.min(window.devicePixelRatio, 2);
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.draw(this.canvas, ratio);
    });
  }

  private place(width: number, height: number, top: number): MapPlace | undefined {
    return this.data && this.field && mapPlace(this.data, this.field, width, height, top);
  }

  /** Room above the map, in a picture that is so wide; CSS pixels. */
  private top(context: CanvasRenderingContext2D, width: number, caption?: object): number {
    const { data, look, marks } = this;
    return (caption ? CAPTION_ROOM : TOP) + (data ? legendHeight(context, legendOf(data, look, marks, scenePalettes[look.theme]), width) : 0);
  }

  private placeAt(left: number, top: number): PlanePoint | undefined {
    const { clientWidth: width, clientHeight: height } = this.container;
    const context = this.canvas.getContext('2d');
    const place = context && this.place(width, height, this.top(context, width));
    return place && this.data ? planeAt(this.data, place, left, top) : undefined;
  }

  private reading(): PointerReading | undefined {
    if (!this.data || !this.field || !this.under) return undefined;
    const { x, y } = this.data;
    const position = (axis: Float64Array, value: number): number => ((value - axis[0]!) / (axis.at(-1)! - axis[0]!)) * (axis.length - 1);
    const height = heightAt(this.field, position(x, this.under.x), position(y, this.under.y));
    return Number.isFinite(height) ? { ...this.under, value: this.look.scale === 'log' ? 10 ** height : height } : undefined;
  }

  /** The arrow keys carry the read-out from point to point. */
  private key(event: KeyboardEvent): void {
    const by = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] } as Readonly<Record<string, readonly [number, number]>>)[event.key];
    if (!this.data || !by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const moved = (axis: Float64Array, value: number | undefined, steps: number): number => {
      const spacing = (axis.at(-1)! - axis[0]!) / (axis.length - 1);
      const index = value === undefined ? Math.floor(axis.length / 2) : Math.round((value - axis[0]!) / spacing) + steps;
      return axis[Math.min(Math.max(index, 0), axis.length - 1)]!;
    };
    this.pointAt({ x: moved(this.data.x, this.under?.x, by[0]), y: moved(this.data.y, this.under?.y, by[1]) });
  }

  private draw(canvas: HTMLCanvasElement, unit: number, caption?: { title: string; subtitle: string }): void {
    const context = canvas.getContext('2d');
    if (context === null) return;
    const { data, look } = this;
    const palette = scenePalettes[look.theme];
    context.fillStyle = palette.background;
    context.fillRect(0, 0, canvas.width, canvas.height);
    const values = data?.values[look.quantity];
    if (!data || !values) return;
    const anew = this.field === undefined;
    const field = (this.field ??= heightField(values, data.x.length, data.y.length, look.scale, look.ceiling, look.extent));
    const place = this.place(canvas.width / unit, canvas.height / unit, this.top(context, canvas.width / unit, caption));
    if (!field || !place) return;
    // Under the pointer, which has not moved, there is another value now.
    if (anew && this.under) this.options.onPointer?.(this.reading());
    context.save();
    context.scale(unit, unit);
    const ground: MapGround = { context, data, place, palette };
    this.paintGround(field, place, unit, palette);
    context.drawImage(this.ground, place.left, place.top, place.width, place.height);
    context.save();
    context.beginPath();
    context.rect(place.left, place.top, place.width, place.height);
    context.clip();
    if (look.contours) {
      this.contours.want(field);
      const { lines, of } = this.contours;
      if (of) drawContours(ground, lines, of);
    }
    if (look.points && data.chosen) drawComputed(ground, field);
    if (look.path) drawPaths(ground);
    context.restore();
    drawAxes(ground);
    drawMarks(ground, this.marks, values, this.under === undefined);
    const reading = this.reading();
    if (reading) drawPointer(ground, reading);
    context.restore();
    drawColorBar(context, { table: colorTable(look.colorMap), low: field.low, high: field.high, scale: field.scale, title: look.quantity }, palette, canvas.width, canvas.height, unit);
    drawLegend(context, legendOf(data, look, this.marks, palette), palette, canvas.width, (caption ? 82 : 26) * unit, unit);
    if (caption) drawCaption(context, caption, palette, unit);
  }

  /** The colours, made once for each size. */
  private paintGround(field: HeightField, place: MapPlace, unit: number, palette: ScenePalette): void {
    const [width, height] = [Math.max(1, Math.round(place.width * unit)), Math.max(1, Math.round(place.height * unit))];
    const painting = [width, height, this.look.colorMap, palette.background].join();
    if (painting === this.painted) return;
    this.painted = painting;
    this.ground.width = width;
    this.ground.height = height;
    const pixels = mapPixels(field, colorTable(this.look.colorMap), width, height);
    this.ground.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }
}
