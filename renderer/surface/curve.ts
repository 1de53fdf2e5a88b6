import { logTicks, ticks } from '#host-client';
import { scenePalettes } from './colors';
import { defaultLook, type PlanePoint, type PointerReading, type SurfaceData, type SurfaceLook } from './data';
import { formatNumber } from './number';

const FONT = "'Inter Variable', Inter, system-ui, -apple-system, 'Segoe UI', sans-serif";
const MARGIN = { left: 76, right: 28, top: 28, bottom: 58 };

export interface CurveOptions {
  readonly look?: Partial<SurfaceLook>;
  readonly label: string;
  readonly onPointer?: (reading: PointerReading | undefined) => void;
}

/** A one-dimensional surface as a curve with a pointer read-out. The same methods as the scene. */
export class SurfaceCurve {
  private readonly canvas = document.createElement('canvas');
  private readonly observer = new ResizeObserver(() => this.refresh());
  private look: SurfaceLook;
  private data: SurfaceData | undefined;
  private under: number | undefined;
  private scheduled = 0;

  constructor(
    private readonly container: HTMLElement,
    private readonly options: CurveOptions,
  ) {
    this.look = { ...defaultLook, ...options.look };
    this.canvas.setAttribute('role', 'img');
    this.canvas.setAttribute('aria-label', options.label);
    this.canvas.style.cssText = 'display:block;width:100%;height:100%';
    container.append(this.canvas);
    this.canvas.addEventListener('pointermove', (event) => this.point(event.offsetX));
    this.canvas.addEventListener('pointerleave', () => this.setUnder(undefined));
    this.observer.observe(container);
  }

  setData(data: SurfaceData): void {
    this.data = data;
    this.refresh();
  }

  setLook(look: Partial<SurfaceLook>): void {
    this.look = { ...this.look, ...look };
    this.refresh();
  }

  /** Shows the read-out at a place of the line, as if the pointer were there; `onPointer` is told. */
  pointAt(place: PlanePoint | undefined): void {
    if (!this.data) return;
    const { x } = this.data;
    const at = place && Math.round(((place.x - x[0]!) / (x.at(-1)! - x[0]!)) * (x.length - 1));
    const under = at !== undefined && at >= 0 && at < x.length ? at : undefined;
    if (under !== this.under) this.setUnder(under);
  }

  resetView(): void {
    this.refresh();
  }

  refresh(): void {
    if (this.scheduled !== 0) return;
    this.scheduled = requestAnimationFrame(() => {
      this.scheduled = 0;
      const { clientWidth: width, clientHeight: height } = this.container;
      const ratio = window.devicePixelRatio;
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.draw(this.canvas, ratio);
    });
  }

  async picture(width: number, height: number, caption?: { title: string; subtitle: string }): Promise<Blob> {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    this.draw(canvas, width / Math.max(this.container.clientWidth, 1), caption);
    return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(`A picture of ${width} x ${height} pixels is too large for this window.`))), 'image/png'));
  }

  dispose(): void {
    cancelAnimationFrame(this.scheduled);
    this.observer.disconnect();
    this.canvas.remove();
  }

  private point(offset: number): void {
    if (!this.data) return;
    const t = (offset - MARGIN.left) / (this.container.clientWidth - MARGIN.left - MARGIN.right);
    this.setUnder(t < 0 || t > 1 ? undefined : Math.round(t * (this.data.x.length - 1)));
  }

  private setUnder(index: number | undefined): void {
    this.under = index;
    const value = index === undefined ? NaN : (this.data?.values[this.look.quantity]?.[index] ?? NaN);
    this.options.onPointer?.(Number.isFinite(value) ? { x: this.data!.x[index!]!, y: 0, value } : undefined);
    this.refresh();
  }

  private draw(canvas: HTMLCanvasElement, unit: number, caption?: { title: string; subtitle: string }): void {
    const context = canvas.getContext('2d');
    const { data, look } = this;
    const palette = scenePalettes[look.theme];
    if (context === null) return;
    context.fillStyle = palette.background;
    context.fillRect(0, 0, canvas.width, canvas.height);
    const values = data?.values[look.quantity];
    if (!data || !values) return;
    const log = look.scale === 'log';
    const height = (value: number): number => (Number.isFinite(value) && (!log || value > 0) ? (log ? Math.log10(value) : value) : NaN);
    const heights = Array.from(values, height).filter(Number.isFinite);
    if (heights.length === 0) return;
    const shared = look.extent?.map(height).filter(Number.isFinite) ?? [];
    const [lowest, highest] = [Math.min(...heights, ...shared), Math.max(...heights, ...shared)];
    const margin = (highest - lowest || 1) * 0.06;
    const [low, high] = [lowest - margin, highest + margin];
    context.scale(unit, unit);
    const [width, tall] = [canvas.width / unit - MARGIN.left - MARGIN.right, canvas.height / unit - MARGIN.bottom - (caption ? 74 : MARGIN.top)];
    const top = caption ? 74 : MARGIN.top;
    const [x0, x1] = [data.x[0]!, data.x.at(-1)!];
    const toX = (x: number): number => MARGIN.left + (width * (x - x0)) / (x1 - x0 || 1);
    const toY = (value: number): number => top + tall * (1 - (height(value) - low) / (high - low));
    context.font = `400 11.5px ${FONT}`;
    context.lineWidth = 1;
    const rule = (a: number, b: number, c: number, d: number): void => {
      context.beginPath();
      context.moveTo(a, b);
      context.lineTo(c, d);
      context.stroke();
    };
    for (const tick of ticks(x0, x1, 7)) {
      context.strokeStyle = palette.grid;
      rule(toX(tick), top, toX(tick), top + tall);
      context.fillStyle = palette.quiet;
      context.textAlign = 'center';
      context.fillText(formatNumber(tick), toX(tick), top + tall + 18);
    }
    for (const tick of log ? logTicks(low, high) : ticks(low, high, 7)) {
      context.strokeStyle = palette.grid;
      rule(MARGIN.left, toY(tick), MARGIN.left + width, toY(tick));
      context.fillStyle = palette.quiet;
      context.textAlign = 'right';
      context.fillText(formatNumber(tick), MARGIN.left - 9, toY(tick) + 4);
    }
    context.strokeStyle = palette.box;
    context.strokeRect(MARGIN.left, top, width, tall);
    context.fillStyle = palette.text;
    context.font = `500 13px ${FONT}`;
    context.textAlign = 'center';
    context.fillText(data.axes[0], MARGIN.left + width / 2, top + tall + 42);
    context.save();
    context.translate(20, top + tall / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(log ? `${look.quantity} (log)` : look.quantity, 0, 0);
    context.restore();
    context.strokeStyle = palette.accent;
    context.lineWidth = 2.4;
    context.lineJoin = 'round';
    context.beginPath();
    let pen = false;
    values.forEach((value, i) => {
      const known = Number.isFinite(height(value));
      // Not computed yet: the line goes on to the next point that is; a hole breaks it.
      if (!known && !Number.isNaN(value)) pen = false;
      if (!known) return;
      if (pen) context.lineTo(toX(data.x[i]!), toY(value));
      else context.moveTo(toX(data.x[i]!), toY(value));
      pen = true;
    });
    context.stroke();
    if (look.points && data.chosen) {
      context.fillStyle = palette.accent;
      values.forEach((value, i) => {
        if (!Number.isFinite(height(value))) return;
        context.beginPath();
        context.arc(toX(data.x[i]!), toY(value), 3, 0, 2 * Math.PI);
        context.fill();
      });
    }
    const at = this.under;
    if (at !== undefined && Number.isFinite(height(values[at]!))) {
      const [px, py] = [toX(data.x[at]!), toY(values[at]!)];
      context.strokeStyle = palette.quiet;
      context.lineWidth = 1;
      rule(px, top, px, top + tall);
      context.fillStyle = palette.accent;
      context.beginPath();
      context.arc(px, py, 4.5, 0, 2 * Math.PI);
      context.fill();
      context.fillStyle = palette.text;
      context.textAlign = px > MARGIN.left + width / 2 ? 'right' : 'left';
      context.fillText(`${formatNumber(values[at]!)}  at  ${formatNumber(data.x[at]!, 3)}`, px + (context.textAlign === 'left' ? 10 : -10), py - 10);
    }
    if (!caption) return;
    context.textAlign = 'left';
    context.font = `600 17px ${FONT}`;
    context.fillStyle = palette.text;
    context.fillText(caption.title, 24, 32);
    context.font = `400 12px ${FONT}`;
    context.fillStyle = palette.quiet;
    context.fillText(caption.subtitle, 24, 54);
  }
}
