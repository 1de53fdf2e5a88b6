import { type Object3D, PerspectiveCamera, type Ray, Raycaster, Scene, Vector2, Vector3, WebGLRenderer } from 'three';
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js';
import type { AxisBox, Facing } from './box';
import { scenePalettes } from './colors';
import { defaultLook, type PointerReading, type SceneView, type SurfaceData, type SurfaceLook } from './data';
import { drawOverlay, type Overlay } from './labels';
import { Lines } from './lines';
import { ballGeometry } from './marks';

export interface SceneOptions {
  readonly look?: Partial<SurfaceLook>;
  /** What the picture shows, for those who cannot see it. */
  readonly label: string;
  readonly onPointer?: (reading: PointerReading | undefined) => void;
  /** The person has turned or zoomed the scene. */
  readonly onView?: (view: SceneView) => void;
  /** The slice of a volume was moved along its axis. */
  readonly onSlice?: (at: number) => void;
}

export interface Caption {
  readonly title: string;
  readonly subtitle: string;
}

/** Default view: from the front left, above the hills. */
const AZIMUTH = -0.62;
const ELEVATION = 0.52;
/** CSS pixels at the right that belong to the colour bar: the scene is centred in what is left. */
const BAR_ROOM = 96;

/** After values were taken over, so many times as long is left for other things. */
const REST = 3;

/** Something in the scene that is disposed of with it; lines also want to know the picture's size. */
export interface ScenePart {
  dispose(): void;
  resize?(width: number, height: number): void;
}

/**
 * A three-dimensional picture in a container element, within a box with axes. Draws only when something changes; the container's size is followed.
 * Orbit with the pointer or the arrow keys, zoom with the wheel or + and -, 0 goes back to the first view. A scene calls
 * `start` at the end of its constructor.
 */
export abstract class OrbitScene {
  protected readonly renderer: WebGLRenderer;
  protected readonly camera = new PerspectiveCamera(30, 1, 0.1, 40);
  protected readonly controls: OrbitControls;
  protected readonly abort = new AbortController();
  protected data: SurfaceData | undefined;
  protected look: SurfaceLook;
  protected facing: Facing = { x: -1, z: 1, along: 'z' };
  private readonly overlay = document.createElement('canvas');
  private readonly scene = new Scene();
  private readonly outline = new Lines({ color: '#888', width: 1.2 });
  private readonly grid = new Lines({ color: '#888', width: 1 });
  private readonly parts: ScenePart[] = [this.outline, this.grid];
  private readonly observer = new ResizeObserver(() => this.resize());
  private box: AxisBox | undefined;
  private scheduled = 0;
  private stale = false;
  /** the data's arrays have changed since `rebuild` was last called */
  protected changed = true;
  /** when values may be taken over again, and what waits for that */
  private rested = 0;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  /** the distance from which everything is seen in the present size */
  private fitted = 1;
  private told: SceneView | undefined;

  /**
   * @param target the point that the scene turns around
   * @param half half the height that has to fit into the picture
   */
  constructor(
    protected readonly container: HTMLElement,
    protected readonly options: SceneOptions,
    private readonly target: Vector3,
    private readonly half = 1.2,
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
    this.scene.add(this.grid.object, this.outline.object);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enableDamping = true;
    this.controls.dampingFactor = 0.09;
    this.controls.minDistance = 1.5;
    this.controls.maxDistance = 12;
    this.controls.maxPolarAngle = Math.PI * 0.52;
    this.controls.addEventListener('change', () => this.requestRender());
  }

  /** Shows other data. Values may be filled in later: change the arrays and call `refresh`. */
  setData(data: SurfaceData): void {
    this.data = data;
    this.pointTo(undefined);
    this.takeOver();
  }

  /** Draws again what has changed in the data's arrays: with the next frame, or, of a large picture, as soon as others had their time. */
  refresh(): void {
    if (this.waiting !== undefined) return;
    const pause = this.rested - performance.now();
    if (pause <= 0) this.takeOver();
    else this.waiting = setTimeout(() => this.takeOver(), pause);
  }

  private takeOver(): void {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    this.changed = true;
    this.invalidate();
  }

  /** What is shown is made anew with the next frame. */
  protected invalidate(): void {
    this.stale = true;
    this.requestRender();
  }

  setLook(look: Partial<SurfaceLook>): void {
    this.look = { ...this.look, ...look };
    this.applyLook();
    this.invalidate();
  }

  /** Does at once what was put off. */
  protected complete(): void {
    if (this.waiting !== undefined) this.takeOver();
  }

  /** Makes everything that the data and the look say anew. */
  protected abstract rebuild(): void;
  /** The box around the picture, for the side from which it is seen; `undefined` while there is nothing to show. */
  protected abstract makeBox(): AxisBox | undefined;
  /** What is written over the picture, but the box's texts. */
  protected abstract texts(): Omit<Overlay, 'labels'>;
  /** The pointer's place has changed; `undefined` when it is gone. */
  protected abstract pointTo(ray: Ray | undefined): void;
  /** Tells the shaders which way is up, seen from the camera. */
  protected abstract light(up: Vector3): void;

  /** Things in the scene. */
  protected add(...parts: readonly (ScenePart & { readonly object: Object3D })[]): void {
    this.parts.push(...parts);
    for (const { object } of parts) this.scene.add(object);
  }

  protected start(): void {
    this.listen(this.renderer.domElement);
    this.resetView();
    this.applyLook();
    this.observer.observe(this.container);
    this.resize();
  }

  protected applyLook(): void {
    const palette = scenePalettes[this.look.theme];
    this.renderer.setClearColor(palette.background);
    this.outline.restyle({ color: palette.box, width: 1.2 });
    this.grid.restyle({ color: palette.grid, width: 1 });
  }

  protected showBox(): void {
    this.box = this.makeBox();
    this.outline.set(this.box?.outline ?? []);
    this.grid.set(this.box?.grid ?? []);
  }

  /** Back to the first view, at a distance from which everything is seen. */
  resetView(): void {
    const distance = (this.fitted = this.fittingDistance());
    this.camera.position.set(Math.sin(AZIMUTH) * Math.cos(ELEVATION), Math.sin(ELEVATION), Math.cos(AZIMUTH) * Math.cos(ELEVATION)).multiplyScalar(distance).add(this.target);
    this.controls.target.copy(this.target);
    this.controls.update();
    this.requestRender();
  }

  /** From where the scene is seen now. */
  view(): SceneView {
    const offset = this.camera.position.clone().sub(this.controls.target);
    const distance = offset.length();
    return { azimuth: Math.atan2(offset.x, offset.z), elevation: Math.asin(offset.y / distance), distance: distance / this.fitted, target: this.controls.target.toArray() };
  }

  /** Looks from where another scene is seen; `onView` is not told. */
  setView({ azimuth, elevation, distance, target }: SceneView): void {
    this.controls.target.fromArray(target);
    const offset = new Vector3(Math.sin(azimuth) * Math.cos(elevation), Math.sin(elevation), Math.cos(azimuth) * Math.cos(elevation));
    this.camera.position.copy(this.controls.target).add(offset.multiplyScalar(distance * this.fitted));
    this.controls.update();
    this.told = this.view();
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
    this.complete();
    this.resizeLines(width / unit, height / unit);
    this.draw();
    context.drawImage(this.renderer.domElement, 0, 0, width, height);
    drawOverlay(context, { labels: this.box?.labels ?? [], ...this.texts(), ...(caption === undefined ? {} : { caption }) }, this.camera, scenePalettes[this.look.theme], width, height, unit);
    this.resize();
    return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(`A picture of ${width} x ${height} pixels is too large for this window.`))), 'image/png'));
  }

  dispose(): void {
    cancelAnimationFrame(this.scheduled);
    clearTimeout(this.waiting);
    this.abort.abort();
    this.observer.disconnect();
    this.controls.dispose();
    for (const part of this.parts) part.dispose();
    ballGeometry.dispose();
    this.renderer.dispose();
    this.renderer.domElement.remove();
    this.overlay.remove();
  }

  protected listen(canvas: HTMLCanvasElement): void {
    const { signal } = this.abort;
    canvas.addEventListener('pointermove', (event) => event.buttons === 0 && this.pointTo(this.ray(event)), { signal });
    canvas.addEventListener('pointerleave', () => this.pointTo(undefined), { signal });
    canvas.addEventListener('keydown', (event) => this.key(event), { signal });
  }

  protected key(event: KeyboardEvent): void {
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

  /** The ray from the eye through the pointer. */
  protected ray(event: PointerEvent): Ray {
    const bounds = this.renderer.domElement.getBoundingClientRect();
    const at = new Vector2(((event.clientX - bounds.left) / bounds.width) * 2 - 1, 1 - ((event.clientY - bounds.top) / bounds.height) * 2);
    const caster = new Raycaster();
    caster.setFromCamera(at, this.camera);
    return caster.ray;
  }

  protected requestRender(): void {
    if (this.scheduled !== 0) return;
    this.scheduled = requestAnimationFrame(() => {
      this.scheduled = 0;
      // Damping goes on after the pointer is released: `update` fires `change` until the camera rests.
      this.controls.update();
      this.draw();
      this.drawTexts();
      this.tellView();
    });
  }

  /** Tells where the person has turned the scene to; the first view is nobody's doing. */
  private tellView(): void {
    if (!this.options.onView) return;
    const now = this.view();
    const before = this.told;
    const flat = ({ azimuth, elevation, distance, target }: SceneView): number[] => [azimuth, elevation, distance, ...target];
    const moved = before && flat(now).some((value, i) => Math.abs(value - flat(before)[i]!) > 1e-6);
    this.told = now;
    if (moved) this.options.onView(now);
  }

  private draw(): void {
    if (this.stale) {
      this.stale = false;
      const begun = performance.now();
      this.rebuild();
      if (this.changed) this.rested = performance.now() + REST * (performance.now() - begun);
      this.changed = false;
    }
    const { x, z } = this.camera.position;
    const facing: Facing = { x: x >= 0 ? 1 : -1, z: z >= 0 ? 1 : -1, along: Math.abs(x) > Math.abs(z) ? 'x' : 'z' };
    if (facing.x !== this.facing.x || facing.z !== this.facing.z || facing.along !== this.facing.along) {
      this.facing = facing;
      this.showBox();
    }
    this.camera.updateMatrixWorld();
    this.light(new Vector3(0, 1, 0).transformDirection(this.camera.matrixWorldInverse));
    this.renderer.render(this.scene, this.camera);
  }

  private drawTexts(): void {
    const context = this.overlay.getContext('2d');
    if (context === null) return;
    context.clearRect(0, 0, this.overlay.width, this.overlay.height);
    const unit = this.overlay.width / Math.max(this.container.clientWidth, 1);
    drawOverlay(context, { labels: this.box?.labels ?? [], ...this.texts() }, this.camera, scenePalettes[this.look.theme], this.overlay.width, this.overlay.height, unit);
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.container;
    if (width === 0 || height === 0) return;
    const ratio = Math.min(window.devicePixelRatio, 2);
    const before = this.fitted;
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
    this.overlay.width = Math.round(width * ratio);
    this.overlay.height = Math.round(height * ratio);
    this.aim(width, height);
    const offset = this.camera.position.clone().sub(this.controls.target).multiplyScalar((this.fitted = this.fittingDistance()) / before);
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

  protected resizeLines(width = this.container.clientWidth, height = this.container.clientHeight): void {
    for (const part of this.parts) part.resize?.(width, height);
  }

  /** From where the box fills a window of the present proportions, with room for its texts. */
  private fittingDistance(): number {
    const half = Math.tan((this.camera.fov * Math.PI) / 360);
    const share = Math.max(0.4, 1 - BAR_ROOM / Math.max(this.container.clientWidth, 1));
    return Math.max(this.half / half, 1.66 / (half * this.camera.aspect * share));
  }
}
