import type { Operator, OperatorTable } from '../call';
import { activationOperators, microsoftActivations } from './activations';
import { classicalOperators } from './classical';
import { controlOperators } from './control';
import { convolutionOperators } from './convolution';
import { elementwiseOperators } from './elementwise';
import { indexingOperators } from './indexing';
import { matrixOperators, microsoftMatrix } from './matrix';
import { normalizationOperators } from './normalization';
import { poolingOperators } from './pooling';
import { recurrentOperators } from './recurrent';
import { reductionOperators } from './reduction';
import { shapeOperators } from './shape';
import { slicingOperators } from './slicing';
import { softmaxOperators } from './softmax';
import { spaceOperators } from './space';

/** Every operator that a model may use, by the domain that defines it. */
const domains: Readonly<Record<string, OperatorTable>> = {
  '': {
    ...activationOperators, ...controlOperators, ...convolutionOperators, ...elementwiseOperators, ...indexingOperators, ...matrixOperators,
    ...normalizationOperators, ...poolingOperators, ...recurrentOperators, ...reductionOperators, ...shapeOperators, ...slicingOperators,
    ...softmaxOperators, ...spaceOperators,
  },
  'ai.onnx.ml': classicalOperators,
  'com.microsoft': { ...microsoftActivations, ...microsoftMatrix },
};

/** The operator of a node; undefined where Basin has none. */
export function operatorOf(domain: string, opType: string): Operator | undefined {
  const table = Object.hasOwn(domains, domain) ? domains[domain]! : undefined;
  return table !== undefined && Object.hasOwn(table, opType) ? table[opType] : undefined;
}

/** Names of all operators, for documentation: ONNX's own bare, others with their domain. */
export const operatorNames = (): string[] =>
  Object.entries(domains).flatMap(([domain, table]) => Object.keys(table).map((name) => (domain === '' ? name : `${domain}.${name}`))).sort();
