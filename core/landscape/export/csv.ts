import type { Surface } from '../surface';

/** One line a grid point: `x,y,<quantities>`; not computed is an empty field, no finite value is `inf`. */
export function exportCsv(surface: Surface): Uint8Array {
  const names = Object.keys(surface.values);
  const columns = surface.x.length;
  const lines = [['x', 'y', ...names].map(quote).join(',')];
  for (let index = 0; index < columns * surface.y.length; index++) {
    const cells = names.map((name) => cell(surface.values[name]![index]!));
    lines.push([surface.x[index % columns]!, surface.y[Math.floor(index / columns)]!, ...cells].join(','));
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

const cell = (value: number): string => (Number.isNaN(value) ? '' : Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf');

const quote = (name: string): string => (/[",\n\r]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
