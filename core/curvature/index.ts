export { type Condition, conditionNumber, type ConditionNumber, conditionOf, participationRatio, type ParticipationRatio } from './algorithms/summary';
export { type DensityOptions, entropyRank, spectralDensity, type SpectralDensity } from './algorithms/density';
export { lanczos, type LanczosOptions, type Reorthogonalization } from './algorithms/lanczos';
export { lobpcg, type LobpcgOptions } from './algorithms/lobpcg';
export { powerIteration, type PowerOptions } from './algorithms/power';
export type { EigenPair, EigenResult, Eigenvalue, Estimate } from './algorithms/result';
export {
  diagonal, type DiagonalEstimate, frobeniusNorm, hutchinson, hutchPlusPlus, type TraceAlgorithm, traceAlgorithms, type TraceOptions, xtrace,
} from './algorithms/trace';
export { sumOfWork, timeVectorWork, type VectorWork, vectorWork } from './algorithms/vector-work';
export { densityOfSpectrum, endsOf, figuresOfSpectrum, type WholeOptions, type WholeSpectrum, wholeSpectrum } from './algorithms/whole';
export { mean, meanWithError, studentQuantile } from './algebra/statistics';
export { moved, norm } from './algebra/vectors';
export { symmetricEigen, symmetricEigenvalues, tridiagonalEigen, type Eigen } from './algebra/symmetric';
export { checkWrittenOut, materialize, matrixOperator, writeOut, type WrittenOut } from './operators/matrix';
export { type ParameterPlace, placesOf, type ProblemInputs, problemSpecs } from './operators/feeds';
export { networkOperator, type NetworkOperator, type NetworkOperatorOptions } from './operators/network';
export { type LossAndGradient, NetworkAt } from './operators/network-at';
export { type ApplyOptions, type LinearOperator, newVector, type Vector } from './operators/operator';
export { type ProductName, products } from './operators/products';
export { type CurvatureBatch, type CurvatureParameter, type CurvatureProblem, exampleCount, type Likelihood, type ParameterFilter, type ParameterKind } from './problem';
export { gradientCovariance, meanGradient } from './operators/gradient';
export { inputHessian } from './operators/input';
export { tangentKernel } from './operators/kernel';
export { actsOnExamples, makeOperator, type OperatorName, operatorNames } from './operators/named';
export { chooseMeasures, describeMeasure, measures } from './measures/catalogue';
export { computeMeasures, type ComputeMeasuresOptions, measureNow, measurePasses, type MeasureResult, timeEvaluation } from './measures/compute';
export { firstOrderRise } from './measures/first-order';
export {
  type Invariance, invariances, type MeasureDefinition, type MeasureFamily, measureFamilies, type MeasureKind, type MeasureNeed, measureNeeds, type MeasureValue,
} from './measures/measure';
export type { MeasureProblem } from './measures/problem';
export { type MeasureSettings, measureSettingsSchema } from './measures/settings';
