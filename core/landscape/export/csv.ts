import { placeOf, type Surface, withComputed } from '../surface';

/**
 * One line a grid point: `x,y,<quantities>`, of a volume `x,y,z,<quantities>`; not computed is an empty field, no finite value is `inf`. Where points were
 * chosen the others are interpolated, and a last column `computed` (1 or 0) tells them apart.
 */
export function exportCsv(given: Surface): Uint8Array {
  const surface = withComputed(given);
  const names = Object.keys(surface.values);
  const lines = [[...Object.keys(placeOf(surface, 0)), ...names].map(quote).join(',')];
  for (let index = 0; index < surface.x.length * surface.y.length * (surface.z?.length ?? 1); index++) {
    const cells = names.map((name) => cell(surface.values[name]![index]!));
    lines.push([...Object.values(placeOf(surface, index)), ...cells].join(','));
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

const cell = (value: number): string => (Number.isNaN(value) ? '' : Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf');

const quote = (name: string): string => (/[",\n\r]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
