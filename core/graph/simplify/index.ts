import type { Attributes, Tensor } from '../tensor';
import { elementwise } from './elementwise';
import { layout } from './layout';
import { products } from './products';
import type { RuleTable } from './rule';

const rules: RuleTable = { ...elementwise, ...layout, ...products };

/** An equal, simpler tensor in place of the op `name` on these inputs, if there is a rule that knows one. */
export function simplified(name: string, inputs: readonly Tensor[], attributes: Attributes, shape: readonly number[]): Tensor | undefined {
  for (const rule of rules[name] ?? []) {
    const simpler = rule(inputs, attributes, shape);
    if (simpler !== undefined) return simpler;
  }
  return undefined;
}
