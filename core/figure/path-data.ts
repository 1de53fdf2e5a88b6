/** One step of a path in absolute coordinates, `[x, y, ...]`; a quadratic curve is told as the cubic one that it is. */
export interface PathStep {
  readonly command: 'move' | 'line' | 'curve' | 'close';
  readonly points: readonly number[];
}

/** Reads SVG path data made of absolute M L H V Q C Z (the drawings' own; anything else is a fault of the caller). */
export function readPath(d: string): PathStep[] {
  const steps: PathStep[] = [];
  let [x, y] = [0, 0];
  for (const [, command = '', rest = ''] of d.matchAll(/([A-Za-z])([^A-Za-z]*)/g)) {
    const numbers = (rest.match(/-?\d*\.?\d+(?:e-?\d+)?/g) ?? []).map(Number);
    const size = { M: 2, L: 2, H: 1, V: 1, Q: 4, C: 6, Z: 0 }[command];
    if (size === undefined) throw new Error(`path command ${command} is not drawn`);
    if (command === 'Z') steps.push({ command: 'close', points: [] });
    for (let i = 0; size > 0 && i < numbers.length; i += size) {
      const part = numbers.slice(i, i + size);
      const end: [number, number] = command === 'H' ? [part[0]!, y] : command === 'V' ? [x, part[0]!] : [part.at(-2)!, part.at(-1)!];
      if (command === 'Q') {
        const [qx, qy] = [part[0]!, part[1]!];
        const toward = (from: number, to: number): number => from + (2 / 3) * (to - from);
        steps.push({ command: 'curve', points: [toward(x, qx), toward(y, qy), toward(end[0], qx), toward(end[1], qy), ...end] });
      } else if (command === 'C') steps.push({ command: 'curve', points: part });
      else steps.push({ command: command === 'M' && i === 0 ? 'move' : 'line', points: end });
      [x, y] = end;
    }
  }
  return steps;
}
