import type { Drawing, Rectangle, Shape } from './drawing';

const frame = ({ left, top, width, height }: Rectangle, factor: number): Rectangle => ({ left: left * factor, top: top * factor, width: width * factor, height: height * factor });

/** Every length of a shape times a factor, its letters and lines too. */
function larger(shape: Shape, factor: number): Shape {
  const line = 'strokeWidth' in shape && shape.strokeWidth !== undefined ? { strokeWidth: shape.strokeWidth * factor } : {};
  switch (shape.kind) {
    case 'path':
      return { ...shape, ...line, d: shape.d.replaceAll(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g, (number) => String(Number((Number(number) * factor).toFixed(3)))) };
    case 'rectangle':
      return { ...shape, ...line, ...frame(shape, factor) };
    case 'circle':
      return { ...shape, ...line, x: shape.x * factor, y: shape.y * factor, radius: shape.radius * factor };
    case 'text':
      return { ...shape, x: shape.x * factor, y: shape.y * factor, size: shape.size * factor, ...(shape.halo && { halo: { ...shape.halo, width: shape.halo.width * factor } }) };
    case 'group':
      return {
        ...shape,
        ...(shape.x !== undefined && { x: shape.x * factor }),
        ...(shape.y !== undefined && { y: shape.y * factor }),
        ...(shape.clip && { clip: frame(shape.clip, factor) }),
        shapes: shape.shapes.map((inner) => larger(inner, factor)),
      };
  }
}

/**
 * A drawing without rasters at another size: everything in it grows by one factor, as large as it fits, in the middle of the paper.
 *
 * @param size pixels
 */
export function enlarged({ width, height, background, shapes }: Omit<Drawing, 'rasters'>, size: { readonly width: number; readonly height: number }): Drawing {
  const factor = Math.min(size.width / width, size.height / height);
  const [x, y] = [(size.width - factor * width) / 2, (size.height - factor * height) / 2];
  return { ...size, background, rasters: [], shapes: [{ kind: 'group', x, y, shapes: shapes.map((shape) => larger(shape, factor)) }] };
}
