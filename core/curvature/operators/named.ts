import type { CurvatureProblem } from '../problem';
import { gradientCovariance } from './gradient';
import { inputHessian } from './input';
import { tangentKernel } from './kernel';
import { networkOperator, type NetworkOperatorOptions } from './network';
import type { LinearOperator } from './operator';

type Make = (problem: CurvatureProblem, options: NetworkOperatorOptions) => Promise<LinearOperator>;

/** Every operator by name. */
const operators = {
  hessian: (problem, options) => Promise.resolve(networkOperator(problem, 'hessian', options)),
  'gauss-newton': (problem, options) => Promise.resolve(networkOperator(problem, 'gauss-newton', options)),
  fisher: (problem, options) => Promise.resolve(networkOperator(problem, 'fisher', options)),
  'empirical-fisher': (problem, options) => Promise.resolve(networkOperator(problem, 'empirical-fisher', options)),
  'gradient-covariance': gradientCovariance,
  'tangent-kernel': tangentKernel,
  'input-hessian': inputHessian,
} satisfies Record<string, Make>;

export type OperatorName = keyof typeof operators;
export const operatorNames = Object.keys(operators) as [OperatorName, ...OperatorName[]];

/** Whether its vectors lie along examples (outputs, inputs) and not along parameters. */
export const actsOnExamples = (name: OperatorName): boolean => name === 'tangent-kernel' || name === 'input-hessian';

/** The operator of this name. @throws UserError where it does not fit the problem */
export const makeOperator = (problem: CurvatureProblem, name: OperatorName, options: NetworkOperatorOptions): Promise<LinearOperator> => operators[name](problem, options);
