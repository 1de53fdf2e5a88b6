export { lanczos, type LanczosOptions, type Reorthogonalization } from './algorithms/lanczos';
export type { EigenPair, EigenResult, Estimate } from './algorithms/result';
export { symmetricEigen, tridiagonalEigen, type Eigen } from './algebra/symmetric';
export { materialize, matrixOperator } from './operators/matrix';
export { networkOperator, placesOf, type NetworkOperator, type NetworkOperatorOptions, type ParameterPlace } from './operators/network';
export type { ApplyOptions, LinearOperator, Vector } from './operators/operator';
export { type ProductName, products } from './operators/products';
export { type CurvatureBatch, type CurvatureParameter, type CurvatureProblem, exampleCount, type Likelihood, type ParameterFilter, type ParameterKind } from './problem';
