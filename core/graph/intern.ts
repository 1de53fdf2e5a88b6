import type { DType } from './dtype';
import type { Shape } from './shape';
import { type Attributes, Tensor } from './tensor';

/**
 * Hash-consing: a node that already exists is returned, not built again, so common subexpressions merge as they are
 * written. The table holds its nodes weakly; dead entries are swept when it has doubled.
 */
const table = new Map<string, WeakRef<Tensor>>();
let sweepAt = 1 << 14;

export function intern(op: string, inputs: readonly Tensor[], attributes: Attributes, shape: Shape, dtype: DType): Tensor {
  const key = `${op}|${inputs.map((x) => x.id).join(',')}|${dtype}|${shape.join(',')}|${attributeKey(attributes)}`;
  const known = table.get(key)?.deref();
  if (known !== undefined) return known;
  const tensor = new Tensor(op, inputs, attributes, shape, dtype);
  table.set(key, new WeakRef(tensor));
  if (table.size >= sweepAt) sweep();
  return tensor;
}

function sweep(): void {
  for (const [key, reference] of table) if (reference.deref() === undefined) table.delete(key);
  sweepAt = Math.max(1 << 14, table.size * 2);
}

function attributeKey(attributes: Attributes): string {
  let key = '';
  for (const name of Object.keys(attributes).sort()) {
    const value = attributes[name];
    if (value !== undefined) key += `${name}=${Array.isArray(value) ? JSON.stringify(value) : valueKey(value)};`;
  }
  return key;
}

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

/** Objects (the numbers of a large constant) count as equal only to themselves. */
function valueKey(value: unknown): string {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  let identity = identities.get(value);
  if (identity === undefined) {
    identity = nextIdentity++;
    identities.set(value, identity);
  }
  return `#${identity}`;
}
