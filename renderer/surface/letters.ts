import type { ScenePalette } from './colors';

export const FONT = "'Inter Variable', Inter, system-ui, -apple-system, 'Segoe UI', sans-serif";

/** A text that is read on every ground. */
export function write(context: CanvasRenderingContext2D, text: string, x: number, y: number, palette: ScenePalette, unit: number): void {
  context.lineWidth = 3 * unit;
  context.lineJoin = 'round';
  context.strokeStyle = palette.background;
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}
