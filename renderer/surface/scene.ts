import { PerspectiveCamera, Raycaster, Scene, Vector2, Vector3, WebGLRenderer } from 'three';
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js';
import { axisBox, type AxisBox, type Facing } from './box';
import { colorTable, scenePalettes } from './colors';
import { type CriticalMark, defaultLook, type PointerReading, type SurfaceData, type SurfaceLook } from './data';
import { type Frame, makeFrame, meetSurface } from './frame';
import { heightAt, heightField, type HeightField } from './heights';
import { drawOverlay, type Overlay } from './labels';
import { Lines } from './lines';
import { AnchorMarks, CriticalMarks, FloorContours, MinimumMark, PathMark, PointerMark } from './marks';
import { SurfaceMesh } from './mesh';
import { formatNumber } from './ticks';

export interface SceneOptions {
  readonly look?: Partial<SurfaceLook>;
  /** What the picture shows, for those who cannot see it. */
  readonly label: string;
  readonly onPointer?: (reading: PointerReading | undefined) => void;
}

export interface Caption {
  readonly title: string;
  readonly subtitle: string;
}

/** Default view: from the front left, above the hills. */
const AZIMUTH = -0.62;
const ELEVATION = 0.52;
const TARGET = new Vector3(0, 0.1, 0);
/** CSS pixels at the right that belong to the colour bar: the scene is centred in what is left. */
const BAR_ROOM = 96;
/** Milliseconds between two drawings of the floor's contours while points stream in. */
const CONTOUR_PAUSE = 200;

/**
 * The 3D surface in a container element. Draws only when something changes; the container's size is followed. Orbit with the
 * pointer or the arrow keys, zoom with the wheel or + and -, 0 goes back to the first view.
 */
export class SurfaceScene {
  private readonly renderer: WebGLRenderer;
  private readonly overlay = document.createElement('canvas');
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(30, 1, 0.1, 40);
  private readonly controls: OrbitControls;
  private readonly surface = new SurfaceMesh();
  private readonly outline = new Lines({ color: '#888', width: 1.2 });
  private readonly grid = new Lines({ color: '#888', width: 1 });
  private readonly floor = new FloorContours();
  private readonly path = new PathMark();
  private readonly minimum = new MinimumMark();
  private readonly critical = new CriticalMarks();
  private readonly anchors = new AnchorMarks();
  private readonly pointer = new PointerMark();
  private readonly observer: ResizeObserver;
  private readonly abort = new AbortController();
  private data: SurfaceData | undefined;
  private marks: readonly CriticalMark[] = [];
  private look: SurfaceLook;
  private field: HeightField | undefined;
  private frame: Frame | undefined;
  private box: AxisBox | undefined;
  private facing: Facing = { x: -1, z: 1, along: 'z' };
  private under: { column: number; row: number } | undefined;
  private lowest: { value: number; at: readonly [number, number, number] } | undefined;
  private scheduled = 0;
  private stale = false;
  private floorDrawn = -Infinity;

  constructor(
    private readonly container: HTMLElement,
    private readonly options: SceneOptions,
  ) {
    this.look = { ...defaultLook, ...options.look };
    this.renderer = new WebGLRenderer({ antialias: true, powerPreference: 'high-performance' });
    const canvas = this.renderer.domElement;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', options.label);
    canvas.tabIndex = 0;
    canvas.style.cssText = 'display:block;width:100%;height:100%;touch-action:none';
    this.overlay.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;pointer-events:none';
    this.overlay.setAttribute('aria-hidden', 'true');
    if (getComputedStyle(container).position === 'static') container.style.position = 'relative';
    container.append(canvas, this.overlay);
    this.scene.add(this.grid.object, this.outline.object, this.floor.object, this.surface.mesh, this.path.object, this.pointer.object, this.minimum.object, this.critical.object, this.anchors.object);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enableDamping = true;
    this.controls.dampingFactor = 0.09;
    this.controls.minDistance = 1.5;
    this.controls.maxDistance = 12;
    this.controls.maxPolarAngle = Math.PI * 0.52;
    this.controls.addEventListener('change', () => this.requestRender());
    this.listen(canvas);
    this.resetView();
    this.applyLook();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(container);
    this.resize();
  }

  /** Shows another surface. Values may be filled in later: change the arrays and call `refresh`. */
  setData(data: SurfaceData): void {
    this.data = data;
    this.under = undefined;
    this.floorDrawn = -Infinity;
    this.refresh();
  }

  /** Draws again what has changed in the data's arrays, with the next frame. */
  refresh(): void {
    this.stale = true;
    this.requestRender();
  }

  setLook(look: Partial<SurfaceLook>): void {
    this.look = { ...this.look, ...look };
    this.applyLook();
    this.floorDrawn = -Infinity;
    this.refresh();
  }

  /** Marks valleys, passes and hills; an empty list takes the marks away. */
  setMarks(marks: readonly CriticalMark[]): void {
    this.marks = marks;
    this.refresh();
  }

  /** Back to the first view, at a distance from which everything is seen. */
  resetView(): void {
    const distance = this.fittingDistance();
    this.camera.position.set(Math.sin(AZIMUTH) * Math.cos(ELEVATION), Math.sin(ELEVATION), Math.cos(AZIMUTH) * Math.cos(ELEVATION)).multiplyScalar(distance).add(TARGET);
    this.controls.target.copy(TARGET);
    this.controls.update();
    this.requestRender();
  }

  /** The picture as seen, at any size in pixels, with its texts; `caption` is written above it. */
  async picture(width: number, height: number, caption?: Caption): Promise<Blob> {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('This window gives no drawing surface for the picture.');
    // Texts and lines keep their size relative to the picture as seen on screen.
    const unit = Math.min(width / Math.max(this.container.clientWidth, 1), height / Math.max(this.container.clientHeight, 1));
    this.renderer.setPixelRatio(unit);
    this.renderer.setSize(width / unit, height / unit, false);
    this.aim(width / unit, height / unit);
    this.resizeLines(width / unit, height / unit);
    this.draw();
    context.drawImage(this.renderer.domElement, 0, 0, width, height);
    drawOverlay(context, { ...this.texts(), ...(caption === undefined ? {} : { caption }) }, this.camera, scenePalettes[this.look.theme], width, height, unit);
    this.resize();
    return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(`A picture of ${width} x ${height} pixels is too large for this window.`))), 'image/png'));
  }

  dispose(): void {
    cancelAnimationFrame(this.scheduled);
    this.abort.abort();
    this.observer.disconnect();
    this.controls.dispose();
    for (const part of [this.surface, this.outline, this.grid, this.floor, this.path, this.minimum, this.critical, this.anchors, this.pointer]) part.dispose();
    this.renderer.dispose();
    this.renderer.domElement.remove();
    this.overlay.remove();
  }

  private listen(canvas: HTMLCanvasElement): void {
    const { signal } = this.abort;
    canvas.addEventListener('pointermove', (event) => event.buttons === 0 && this.point(event), { signal });
    canvas.addEventListener('pointerleave', () => this.setUnder(undefined), { signal });
    canvas.addEventListener('keydown', (event) => this.key(event), { signal });
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const turns: Record<string, readonly [number, number]> = { ArrowLeft: [-0.09, 0], ArrowRight: [0.09, 0], ArrowUp: [0, 0.06], ArrowDown: [0, -0.06] };
    const offset = this.camera.position.clone().sub(this.controls.target);
    const turn = turns[event.key];
    if (turn) {
      const elevation = Math.asin(offset.y / offset.length()) + turn[1];
      const azimuth = Math.atan2(offset.x, offset.z) + turn[0];
      const e = Math.min(Math.max(elevation, -0.06), 1.5);
      offset.set(Math.sin(azimuth) * Math.cos(e), Math.sin(e), Math.cos(azimuth) * Math.cos(e)).multiplyScalar(this.camera.position.distanceTo(this.controls.target));
    } else if (event.key === '+' || event.key === '=') offset.multiplyScalar(0.92);
    else if (event.key === '-') offset.multiplyScalar(1 / 0.92);
    else if (event.key === '0') return this.resetView();
    else return;
    event.preventDefault();
    this.camera.position.copy(this.controls.target).add(offset.clampLength(this.controls.minDistance, this.controls.maxDistance));
    this.controls.update();
    this.requestRender();
  }

  private point(event: PointerEvent): void {
    if (!this.field || !this.frame) return;
    const bounds = this.renderer.domElement.getBoundingClientRect();
    const at = new Vector2(((event.clientX - bounds.left) / bounds.width) * 2 - 1, 1 - ((event.clientY - bounds.top) / bounds.height) * 2);
    const caster = new Raycaster();
    caster.setFromCamera(at, this.camera);
    const { origin, direction } = caster.ray;
    this.setUnder(meetSurface(this.field, this.frame, origin.toArray(), direction.toArray()));
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

  private applyLook(): void {
    const palette = scenePalettes[this.look.theme];
    this.renderer.setClearColor(palette.background);
    this.outline.restyle({ color: palette.box, width: 1.2 });
    this.grid.restyle({ color: palette.grid, width: 1 });
    this.surface.setColors(this.look.colorMap, this.look.theme, this.look.contours);
  }

  private rebuild(): void {
    this.stale = false;
    const { data, look } = this;
    const values = data?.values[look.quantity];
    this.field = data && values ? heightField(values, data.x.length, data.y.length, look.scale, look.ceiling) : undefined;
    const shown = data !== undefined && values !== undefined && this.field !== undefined && data.x.length > 1 && data.y.length > 1;
    for (const part of [this.surface.mesh, this.floor.object, this.path.object, this.minimum.object, this.critical.object, this.anchors.object, this.outline.object, this.grid.object]) part.visible = shown;
    if (!shown) {
      this.frame = undefined;
      this.box = undefined;
      this.setUnder(undefined);
      return;
    }
    const field = this.field!;
    const palette = scenePalettes[look.theme];
    const frame = (this.frame = makeFrame(data.x, data.y, field, look.exaggeration));
    this.surface.update(field, frame);
    this.path.update(data, field, frame, look, palette);
    this.lowest = findLowest(values, field, frame);
    this.minimum.update(this.lowest?.at, palette);
    this.critical.update(this.marks, field, frame, palette);
    this.anchors.update(data.anchors ?? [], field, frame, palette);
    if (performance.now() - this.floorDrawn > CONTOUR_PAUSE) {
      this.floor.update(field, frame, look);
      this.floorDrawn = performance.now();
    } else {
      setTimeout(() => this.refresh(), CONTOUR_PAUSE);
    }
    this.resizeLines(this.container.clientWidth, this.container.clientHeight);
    this.rebuildBox();
    if (this.under) this.updatePointer();
  }

  private rebuildBox(): void {
    const { data, field, frame, look } = this;
    if (!data || !field || !frame) return;
    this.box = axisBox(frame, field, data.x, data.y, [data.axes[0], data.axes[1], look.scale === 'log' ? `${look.quantity} (log)` : look.quantity], this.facing);
    this.outline.set(this.box.outline);
    this.grid.set(this.box.grid);
  }

  private requestRender(): void {
    if (this.scheduled !== 0) return;
    this.scheduled = requestAnimationFrame(() => {
      this.scheduled = 0;
      // Damping goes on after the pointer is released: `update` fires `change` until the camera rests.
      this.controls.update();
      this.draw();
      this.drawTexts();
    });
  }

  private draw(): void {
    if (this.stale) this.rebuild();
    const { x, z } = this.camera.position;
    const facing: Facing = { x: x >= 0 ? 1 : -1, z: z >= 0 ? 1 : -1, along: Math.abs(x) > Math.abs(z) ? 'x' : 'z' };
    if (facing.x !== this.facing.x || facing.z !== this.facing.z || facing.along !== this.facing.along) {
      this.facing = facing;
      this.rebuildBox();
    }
    this.camera.updateMatrixWorld();
    const up = new Vector3(0, 1, 0).transformDirection(this.camera.matrixWorldInverse);
    this.surface.material.uniforms['up']!.value = up;
    this.renderer.render(this.scene, this.camera);
  }

  private drawTexts(): void {
    const context = this.overlay.getContext('2d');
    if (context === null) return;
    context.clearRect(0, 0, this.overlay.width, this.overlay.height);
    const unit = this.overlay.width / Math.max(this.container.clientWidth, 1);
    drawOverlay(context, this.texts(), this.camera, scenePalettes[this.look.theme], this.overlay.width, this.overlay.height, unit);
  }

  private texts(): Overlay {
    const { field, look } = this;
    if (!field || !this.frame) return { labels: [], notes: [] };
    const reading = this.reading();
    const notes: { text: string; at: readonly [number, number, number] }[] = [...this.anchors.places];
    if (this.lowest && !this.under) notes.push({ text: `min ${formatNumber(this.lowest.value)}`, at: this.lowest.at });
    if (reading && this.under) {
      const at = [this.frame.columnX(this.under.column), this.frame.lift(heightAt(field, this.under.column, this.under.row)), this.frame.rowZ(this.under.row)] as const;
      notes.push({ text: `${formatNumber(reading.value)}  at  ${formatNumber(reading.x, 3)}, ${formatNumber(reading.y, 3)}`, at });
    }
    return { labels: this.box?.labels ?? [], notes, colorBar: { table: colorTable(look.colorMap), low: field.low, high: field.high, scale: field.scale, title: look.quantity } };
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.container;
    if (width === 0 || height === 0) return;
    const ratio = Math.min(window.devicePixelRatio, 2);
    const before = this.fittingDistance();
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
    this.overlay.width = Math.round(width * ratio);
    this.overlay.height = Math.round(height * ratio);
    this.aim(width, height);
    const offset = this.camera.position.clone().sub(this.controls.target).multiplyScalar(this.fittingDistance() / before);
    this.camera.position.copy(this.controls.target).add(offset);
    this.resizeLines(width, height);
    this.draw();
    this.drawTexts();
  }

  /** Fits the camera to a picture of this size in CSS pixels, the colour bar's room left free. */
  private aim(width: number, height: number): void {
    this.camera.aspect = width / height;
    this.camera.setViewOffset(width, height, BAR_ROOM / 2, 0, width, height);
  }

  private resizeLines(width: number, height: number): void {
    for (const lines of [this.outline, this.grid, this.floor, this.path, this.pointer]) lines.resize(width, height);
  }

  /** From where the box fills a window of the present proportions, with room for its texts. */
  private fittingDistance(): number {
    const half = Math.tan((this.camera.fov * Math.PI) / 360);
    const share = Math.max(0.4, 1 - BAR_ROOM / Math.max(this.container.clientWidth, 1));
    return Math.max(1.2 / half, 1.66 / (half * this.camera.aspect * share));
  }
}

function findLowest(values: Float64Array, field: HeightField, frame: Frame): { value: number; at: readonly [number, number, number] } | undefined {
  let index = -1;
  values.forEach((value, i) => {
    if (Number.isFinite(value) && (index < 0 || value < values[index]!)) index = i;
  });
  if (index < 0) return undefined;
  const [column, row] = [index % field.columns, Math.floor(index / field.columns)];
  return { value: values[index]!, at: [frame.columnX(column), frame.lift(field.heights[index]!), frame.rowZ(row)] };
}
