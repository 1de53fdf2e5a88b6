import type { Attributes, Tensor } from '../tensor';

/** An equal, simpler tensor in place of an op on these inputs, if the rule knows one. `shape` is the op's result's. */
export type Rule = (inputs: readonly Tensor[], attributes: Attributes, shape: readonly number[]) => Tensor | undefined;

/** Rules by op. They see what surrounds an op; what an op knows by itself stands with the op. */
export type RuleTable = Readonly<Record<string, readonly Rule[]>>;

const rules = new Map<string, readonly Rule[]>();

/** Adds rules, which are tried in order. */
export function addRules(table: RuleTable): void {
  for (const [name, more] of Object.entries(table)) rules.set(name, [...(rules.get(name) ?? []), ...more]);
}

/** An equal, simpler tensor in place of the op `name` on these inputs, if there is a rule that knows one. */
export function simplified(name: string, inputs: readonly Tensor[], attributes: Attributes, shape: readonly number[]): Tensor | undefined {
  for (const rule of rules.get(name) ?? []) {
    const simpler = rule(inputs, attributes, shape);
    if (simpler !== undefined) return simpler;
  }
  return undefined;
}
