/**
 * Everything that `roots` need, each behind what it reads itself, in an order that depends on nothing but how they hang together.
 *
 * @param reads what one reads
 */
export function inputsFirst<T>(roots: readonly T[], reads: (x: T) => readonly T[]): T[] {
  const order: T[] = [];
  const seen = new Set<T>();
  const stack = roots.toReversed().map((x) => ({ x, leave: false }));
  while (stack.length > 0) {
    const { x, leave } = stack.pop()!;
    if (leave) order.push(x);
    if (leave || seen.has(x)) continue;
    seen.add(x);
    stack.push({ x, leave: true });
    for (const read of reads(x).toReversed()) if (!seen.has(read)) stack.push({ x: read, leave: false });
  }
  return order;
}
