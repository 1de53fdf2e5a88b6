import type { Attributes, Tensor } from '../tensor';

/** An equal, simpler tensor in place of an op on these inputs, if the rule knows one. `shape` is the op's result's. */
export type Rule = (inputs: readonly Tensor[], attributes: Attributes, shape: readonly number[]) => Tensor | undefined;

/** Rules by op. They see what surrounds an op; what an op knows by itself stands with the op. */
export type RuleTable = Readonly<Record<string, readonly Rule[]>>;
