import { colorTable, scenePalettes, type ScenePalette } from './colors';
import { ContourSearch } from './contour-search';
import { type CriticalMark, defaultLook, type PlanePoint, type PointerReading, sameHeights, type SurfaceData, type SurfaceLook } from './data';
import { makeFrame } from './frame';
import { heightAt, heightField, type HeightField } from './heights';
import { drawCaption, drawColorBar, drawLegend, FONT, write } from './labels';
import { mapPixels } from './map-pixels';
import { colorOf, pathKeys, pathsOf } from './path-marks';
import { formatNumber, ticks } from './ticks';

const MARGIN = { left: 84, right: 112, top: 28, bottom: 62 };
const CAPTION_ROOM = 74;
/** For each line of a legend. */
const KEY_ROOM = 19;

export interface MapOptions {
  readonly look?: Partial<SurfaceLook>;
  readonly label: string;
  readonly onPointer?: (reading: PointerReading | undefined) => void;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
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

  /** Where the map lies in a picture of this size, in the proportions of the ranges. */
  private box(width: number, height: number, top: number): Box | undefined {
    if (!this.data || !this.field) return undefined;
    const { halfX, halfZ } = makeFrame(this.data.x, this.data.y, this.field, 1);
    const [wide, tall] = [width - MARGIN.left - MARGIN.right, height - top - MARGIN.bottom];
    const scale = Math.max(0, Math.min(wide / halfX, tall / halfZ));
    return { left: MARGIN.left + (wide - halfX * scale) / 2, top: top + (tall - halfZ * scale) / 2, width: halfX * scale, height: halfZ * scale };
  }

  /** Room above the map. */
  private top(caption?: object): number {
    return (caption ? CAPTION_ROOM : MARGIN.top) + KEY_ROOM * (this.data && this.look.path ? pathKeys(this.data).length : 0);
  }

  private placeAt(left: number, top: number): PlanePoint | undefined {
    const box = this.box(this.container.clientWidth, this.container.clientHeight, this.top());
    if (!box || !this.data) return undefined;
    const [u, v] = [(left - box.left) / box.width, 1 - (top - box.top) / box.height];
    const between = (axis: Float64Array, t: number): number => axis[0]! + (axis.at(-1)! - axis[0]!) * t;
    return u >= 0 && v >= 0 && u <= 1 && v <= 1 ? { x: between(this.data.x, u), y: between(this.data.y, v) } : undefined;
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
    const field = (this.field ??= heightField(values, data.x.length, data.y.length, look.scale, look.ceiling, look.extent));
    const top = this.top(caption);
    const box = this.box(canvas.width / unit, canvas.height / unit, top);
    if (!field || !box) return;
    context.save();
    context.scale(unit, unit);
    const u = (x: number): number => box.left + (box.width * (x - data.x[0]!)) / (data.x.at(-1)! - data.x[0]!);
    const v = (y: number): number => box.top + box.height * (1 - (y - data.y[0]!) / (data.y.at(-1)! - data.y[0]!));
    this.paintGround(field, box, unit, palette);
    context.drawImage(this.ground, box.left, box.top, box.width, box.height);
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.width, box.height);
    context.clip();
    if (look.contours) this.drawContours(context, field, box);
    if (look.points) drawComputed(context, data, field, u, v, palette);
    if (look.path) drawPaths(context, data, u, v, palette);
    context.restore();
    drawAxes(context, data, box, u, v, palette);
    this.drawMarks(context, data, u, v, palette);
    this.drawPointer(context, box, u, v, palette);
    context.restore();
    drawColorBar(context, { table: colorTable(look.colorMap), low: field.low, high: field.high, scale: field.scale, title: look.quantity }, palette, canvas.width, canvas.height, unit);
    if (look.path) drawLegend(context, pathKeys(data), palette, (caption ? 82 : 26) * unit, unit);
    if (caption) drawCaption(context, caption, palette, unit);
  }

  /** The colours, made once for each size. */
  private paintGround(field: HeightField, box: Box, unit: number, palette: ScenePalette): void {
    const [width, height] = [Math.max(1, Math.round(box.width * unit)), Math.max(1, Math.round(box.height * unit))];
    const painting = [width, height, this.look.colorMap, palette.background].join();
    if (painting === this.painted) return;
    this.painted = painting;
    this.ground.width = width;
    this.ground.height = height;
    const pixels = mapPixels(field, colorTable(this.look.colorMap), width, height);
    this.ground.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }

  private drawContours(context: CanvasRenderingContext2D, field: HeightField, box: Box): void {
    this.contours.want(field);
    const { lines, of } = this.contours;
    if (!of) return;
    for (const { level, points } of lines) {
      const major = Math.round(level / of.step) % 5 === 0;
      context.strokeStyle = (level - of.low) / (of.high - of.low) < 0.7 ? '#fff' : '#000';
      context.globalAlpha = major ? 0.7 : 0.34;
      context.lineWidth = major ? 1.5 : 1;
      context.beginPath();
      for (let i = 0; i < points.length; i += 2) {
        const [x, y] = [box.left + (box.width * points[i]!) / (of.columns - 1), box.top + box.height * (1 - points[i + 1]! / (of.rows - 1))];
        if (i === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  private drawMarks(context: CanvasRenderingContext2D, data: SurfaceData, u: (x: number) => number, v: (y: number) => number, palette: ScenePalette): void {
    const colors = { minimum: palette.accent, saddle: palette.text, maximum: palette.path };
    for (const { kind, x, y } of this.marks) dot(context, u(x), v(y), 4.5, colors[kind], palette.halo);
    for (const { name, x, y } of data.anchors ?? []) {
      if (x < data.x[0]! || x > data.x.at(-1)! || y < data.y[0]! || y > data.y.at(-1)!) continue;
      dot(context, u(x), v(y), 5, palette.path, palette.halo);
      note(context, name, u(x), v(y), palette);
    }
    const values = data.values[this.look.quantity]!;
    let lowest = -1;
    for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]!) && (lowest < 0 || values[i]! < values[lowest]!)) lowest = i;
    if (lowest < 0) return;
    const [x, y] = [u(data.x[lowest % data.x.length]!), v(data.y[Math.floor(lowest / data.x.length)]!)];
    dot(context, x, y, 5, palette.accent, palette.halo);
    if (!this.under) note(context, `min ${formatNumber(values[lowest]!)}`, x, y, palette);
  }

  private drawPointer(context: CanvasRenderingContext2D, box: Box, u: (x: number) => number, v: (y: number) => number, palette: ScenePalette): void {
    const reading = this.reading();
    if (!reading) return;
    const [x, y] = [u(reading.x), v(reading.y)];
    // Seen on every colour: dark upon light.
    for (const [color, width] of [[palette.halo, 2.6], [palette.text, 1.1]] as const) {
      context.strokeStyle = color;
      context.lineWidth = width;
      line(context, box.left, y, box.left + box.width, y);
      line(context, x, box.top, x, box.top + box.height);
    }
    dot(context, x, y, 4, palette.text, palette.halo);
    note(context, `${formatNumber(reading.value)}  at  ${formatNumber(reading.x, 3)}, ${formatNumber(reading.y, 3)}`, x, y, palette, x > box.left + box.width - 190);
  }
}

/** Of several paths the own one comes last, over the others. */
function drawPaths(context: CanvasRenderingContext2D, data: SurfaceData, u: (x: number) => number, v: (y: number) => number, palette: ScenePalette): void {
  const paths = pathsOf(data);
  for (const [i, { points }] of [...paths.entries()].toReversed()) drawPath(context, points, u, v, colorOf(i, paths.length, palette), palette);
}

function drawPath(context: CanvasRenderingContext2D, points: Float64Array, u: (x: number) => number, v: (y: number) => number, color: string, palette: ScenePalette): void {
  const places = Array.from({ length: points.length / 2 }, (_, i) => [u(points[2 * i]!), v(points[2 * i + 1]!)] as const);
  const [first, last] = [places[0], places.at(-1)];
  if (!first || !last) return;
  context.lineJoin = 'round';
  for (const [stroke, width] of [[palette.halo, 5], [color, 2.4]] as const) {
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.beginPath();
    places.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
    context.stroke();
  }
  for (const [x, y] of places.slice(1, -1)) dot(context, x, y, 2.2, color);
  dot(context, ...first, 5, palette.halo, color);
  dot(context, ...last, 5, color, palette.halo);
}

function drawAxes(context: CanvasRenderingContext2D, data: SurfaceData, box: Box, u: (x: number) => number, v: (y: number) => number, palette: ScenePalette): void {
  context.strokeStyle = palette.box;
  context.lineWidth = 1;
  context.strokeRect(box.left, box.top, box.width, box.height);
  context.font = `400 11.5px ${FONT}`;
  context.fillStyle = palette.quiet;
  context.textAlign = 'center';
  for (const tick of ticks(data.x[0]!, data.x.at(-1)!, 6)) {
    line(context, u(tick), box.top + box.height, u(tick), box.top + box.height + 5);
    context.fillText(formatNumber(tick), u(tick), box.top + box.height + 19);
  }
  context.textAlign = 'right';
  for (const tick of ticks(data.y[0]!, data.y.at(-1)!, 6)) {
    line(context, box.left - 5, v(tick), box.left, v(tick));
    context.fillText(formatNumber(tick), box.left - 9, v(tick) + 4);
  }
  context.textAlign = 'center';
  context.font = `500 13px ${FONT}`;
  context.fillStyle = palette.text;
  context.fillText(data.axes[0], box.left + box.width / 2, box.top + box.height + 42);
  context.save();
  context.translate(box.left - 54, box.top + box.height / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(data.axes[1], 0, 0);
  context.restore();
}

function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, radius: number, fill: string, halo?: string): void {
  context.fillStyle = fill;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  if (halo === undefined) return;
  context.strokeStyle = halo;
  context.lineWidth = 2;
  context.stroke();
}

/** A text beside a point, on the left of it where there is no room on the right. */
function note(context: CanvasRenderingContext2D, text: string, x: number, y: number, palette: ScenePalette, left = false): void {
  context.font = `500 12px ${FONT}`;
  context.fillStyle = palette.text;
  context.textAlign = left ? 'right' : 'left';
  write(context, text, x + (left ? -11 : 11), y - 11, palette, 1);
}

/** The points that are computed, where others are interpolated. */
function drawComputed(context: CanvasRenderingContext2D, data: SurfaceData, { known, columns }: HeightField, u: (x: number) => number, v: (y: number) => number, palette: ScenePalette): void {
  context.fillStyle = palette.text;
  known.forEach((computed, i) => {
    if (computed === 1) context.fillRect(u(data.x[i % columns]!) - 1, v(data.y[Math.floor(i / columns)]!) - 1, 2, 2);
  });
}
