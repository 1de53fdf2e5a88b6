import { abs, add, cast, concat, constant, div, equal, exp, gather, isNaN, logicalNot, matmul, max, maximum, mul, reshape, sigmoid, softmax, sqrt, square, sub, sum, type Tensor, transpose, where } from '#core/graph';
import type { Value } from '../array';
import type { Call, OperatorTable } from '../call';

/** Scores as a classical model gives them. */
function transformed(call: Call, scores: Tensor): Tensor {
  const kind = call.string('post_transform', 'NONE');
  switch (kind) {
    case 'NONE': return scores;
    case 'LOGISTIC': return sigmoid(scores);
    case 'SOFTMAX': return softmax(scores, -1);
    case 'SOFTMAX_ZERO': {
      // Zeros stay zeros.
      const shifted = mul(exp(sub(scores, max(scores, -1, true))), cast(logicalNot(equal(scores, 0)), 'float32'));
      return div(shifted, sum(shifted, -1, true));
    }
    default: return call.unsupported(`post_transform ${kind}`);
  }
}

/** `x W' + b`: the weights are attributes, which the model's parameters stand for; see `attributeWeights`. */
function linear(call: Call): Tensor {
  const x = cast(call.tensor(0), 'float32');
  const rows = x.rank === 1 ? reshape(x, [1, x.size]) : x;
  const w = call.tensor(1);
  if (rows.rank !== 2 || rows.shape[1] !== w.shape[1]) call.invalid(`${rows.shape[1]} inputs for coefficients of ${w.shape[1]}`);
  const product = matmul(rows, transpose(w, [1, 0]));
  return call.has(2) ? add(product, call.tensor(2)) : product;
}

/** The first result, the class, is never asked for: only scores are differentiable. */
function classifier(call: Call): (Tensor | undefined)[] {
  const scores = transformed(call, linear(call));
  const classes = call.ints('classlabels_ints')?.length ?? call.strings('classlabels_strings')?.length ?? 0;
  if (scores.shape[1] === 1 && classes === 2) {
    const logistic = call.string('post_transform', 'NONE') === 'LOGISTIC';
    return [undefined, concat([logistic ? sub(1, scores) : mul(scores, -1), scores], 1)];
  }
  return [undefined, scores];
}

const perFeature = (call: Call, name: string): Tensor | undefined => {
  const values = call.floats(name);
  return values === undefined || values.length === 0 ? undefined : constant(Float32Array.from(values), [values.length]);
};

function normalizer(call: Call): Tensor {
  const x = cast(call.tensor(0), 'float32');
  const norm = call.string('norm', 'MAX');
  const size = norm === 'L1' ? sum(abs(x), -1, true) : norm === 'L2' ? sqrt(sum(square(x), -1, true)) : max(x, -1, true);
  return div(x, where(equal(size, 0), 1, size));
}

function imputer(call: Call): Tensor {
  const x = cast(call.tensor(0), 'float32');
  const values = perFeature(call, 'imputed_value_floats') ?? call.unsupported('fills in whole numbers');
  const replaced = call.float('replaced_value_float', 0);
  const missing = Number.isNaN(replaced) ? isNaN(x) : equal(x, replaced);
  return where(missing, values, x);
}

function columns(call: Call): Value {
  const x = call.tensor(0);
  const places = call.integers(1, 'the columns');
  const n = x.shape.at(-1) ?? 0;
  if (places.some((place) => place < 0 || place >= n)) call.invalid(`columns [${places.join(', ')}] of ${n}`);
  return gather(x, constant(Int32Array.from(places), [places.length], 'int32'), x.rank - 1);
}

/** Scikit-learn's models as skl2onnx writes them (the domain `ai.onnx.ml`). */
export const classicalOperators: OperatorTable = {
  LinearClassifier: { since: 1, run: classifier },
  LinearRegressor: { since: 1, run: (call) => transformed(call, linear(call)) },
  Scaler: {
    since: 1,
    run(call) {
      const x = cast(call.tensor(0), 'float32');
      const [offset, scale] = [perFeature(call, 'offset'), perFeature(call, 'scale')];
      const moved = offset === undefined ? x : sub(x, offset);
      return scale === undefined ? moved : mul(moved, scale);
    },
  },
  Normalizer: { since: 1, run: normalizer },
  Imputer: { since: 1, run: imputer },
  FeatureVectorizer: { since: 1, run: (call) => concat(call.inputs.map((_, place) => cast(call.tensor(place), 'float32')), 1) },
  ArrayFeatureExtractor: { since: 1, run: columns },
  Binarizer: {
    since: 1,
    run(call) {
      const x = call.tensor(0);
      return where(equal(maximum(x, call.float('threshold', 0)), call.float('threshold', 0)), cast(constant(0), x.dtype), cast(constant(1), x.dtype));
    },
  },
  /** Gives every score its class's name; the scores are what a loss and a metric want. */
  ZipMap: { since: 1, run: (call) => call.value(0) },
};

