import { UserError } from '#core/graph';
import type { Initializer } from '#core/nn';
import { singularValues } from './singular-values';
import type { Decomposition } from './singular-values';

/**
 * Balanced first weights of a deep linear network (Arora, Cohen, Golowich, Hu 2019, procedure 1, arXiv:1810.02281): the
 * end-to-end map `A = U S V'` is drawn (normal entries of variance `gain^2 / inputs`), and
 * `W_1 = S^(1/N) V'`, `W_j = S^(1/N)`, `W_N = U S^(1/N)`, zeros around where a layer is wider. Then `W_(j+1)' W_(j+1) = W_j W_j'`,
 * which gradient flow conserves.
 *
 * @param widths of the network: inputs, hidden layers, outputs
 * @returns the initializer of each of the `widths.length - 1` layers
 * @throws UserError where a hidden layer is narrower than both ends: it could not carry the map
 */
export function balancedInitializers(widths: readonly number[], gain: number): Initializer[] {
  const [inputs, outputs] = [widths[0]!, widths.at(-1)!];
  const rank = Math.min(inputs, outputs);
  const narrow = widths.find((width) => width < rank);
  if (narrow !== undefined) {
    throw new UserError('deep-linear.narrow', `deep-linear: a hidden layer of ${narrow} units is narrower than ${rank}, the rank of the map from ${inputs} to ${outputs}: balanced first weights do not exist`, {
      hint: `Choose a width of at least ${rank}, or the initialization "independent".`,
    });
  }
  const layers = widths.length - 1;
  // The layers of one network are drawn together; each asks for the same map.
  let last: { key: string; map: Decomposition } | undefined;
  const mapOf = (stream: Parameters<Initializer>[2]): Decomposition => {
    const random = stream('end-to-end');
    const key = random.key.join();
    if (last?.key !== key) {
      const deviation = gain / Math.sqrt(inputs);
      const entries = Float64Array.from(random.normals(outputs * inputs), (value) => deviation * value);
      last = { key, map: singularValues(entries, outputs, inputs) };
    }
    return last.map;
  };
  return Array.from({ length: layers }, (_, j): Initializer => (_parameter, _random, stream) => {
    const { u, s, vt } = mapOf(stream);
    const [rows, columns] = [widths[j + 1]!, widths[j]!];
    const weight = new Float32Array(rows * columns);
    for (let k = 0; k < rank; k++) {
      const share = s[k]! ** (1 / layers);
      if (layers === 1) {
        for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) weight[r * columns + c]! += u[r * rank + k]! * s[k]! * vt[k * columns + c]!;
      } else if (j === 0) for (let c = 0; c < columns; c++) weight[k * columns + c] = share * vt[k * columns + c]!;
      else if (j === layers - 1) for (let r = 0; r < rows; r++) weight[r * columns + k] = share * u[r * rank + k]!;
      else weight[k * columns + k] = share;
    }
    return weight;
  });
}
