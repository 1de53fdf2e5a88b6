import { type Graph, sizeOf, type Tensor, type TypedArray, UserError } from '#core/graph';
import { anyBatch, firstBatch, probeBatches } from './onnx/any-batch';
import { lowerGraph, OPSET } from './onnx/lower-graph';
import { encodeModel, type OnnxGraph } from './onnx/model';
import { batchedTensors } from './onnx/symbolic-batch';
import { withBatchNorms, withoutBatchNorms } from './standing-batch-norm';

export interface ExportOptions {
  /** ONNX operator set, 18 to 21. Default: 18. */
  readonly opset?: number;
  /** The model's name. */
  readonly name?: string;
  /** Numbers of inputs that become part of the file (weights), by the graph's names. */
  readonly weights?: Readonly<Record<string, TypedArray>>;
  /** Names in the file by the graph's names; others stay as they are. */
  readonly names?: Readonly<Record<string, string>>;
  /** Inputs (the graph's names) whose axis 0 is left open under the name `batch`. The batch they were traced with is irrelevant. */
  readonly openBatch?: readonly string[];
  /** Free text kept in the file (ONNX's metadata_props). */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Operator sets in which every operator used means the same. */
const OPSETS = [OPSET, 21] as const;

/**
 * The graph as an ONNX file of standard operators only, for ONNX Runtime and every other reader.
 *
 * @throws UserError when a name or a weight does not fit the graph, or the batch cannot be left open
 */
export function exportOnnx(graph: Graph, options: ExportOptions = {}): Uint8Array {
  const { openBatch = [] } = options;
  checkOptions(graph, options);
  return encode(graph, lowered(graph, options, openBatch.length === 0 ? undefined : batchedTensors(graph, openBatch)), options);
}

/** Lowered to standard operators. @param batched tensors whose axis 0 is the batch, to be left open */
function lowered(graph: Graph, { name = 'model', names = {}, openBatch = [] }: ExportOptions, batched?: ReadonlySet<Tensor>): OnnxGraph {
  const { graph: rest, norms, results } = withoutBatchNorms(graph);
  const open = batched && batchedTensors(rest, [...openBatch, ...[...results].flatMap(([own, tensor]) => (batched.has(tensor) ? [own] : []))]);
  return withBatchNorms(lowerGraph(rest, { portable: true, name, names, openBatch: open }), norms, names);
}

/**
 * A model for batches of any size as an ONNX file, from a function that traces it for one size. Where the batch stays axis 0
 * throughout, one trace tells all; else (recurrent layers, attention, tokens that join every example) what follows the batch is
 * found by comparing several.
 *
 * @param input name of the input whose axis 0 is the batch
 * @throws UserError `export.batch` where the graph holds for one batch size only
 */
export function exportForAnyBatch(traceFor: (batch: number) => Graph, input: string, options: Omit<ExportOptions, 'openBatch'> = {}): Uint8Array {
  const graph = traceFor(2);
  try {
    return exportOnnx(graph, { ...options, openBatch: [input] });
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'export.batch') throw error;
  }
  const loweredFor = (batch: number): OnnxGraph => {
    const traced = traceFor(batch);
    checkOptions(traced, options);
    return lowered(traced, options);
  };
  // What does not follow the batch exists once for all traces, and nodes are lowered in the order in which they came to be: made
  // beforehand, and held, it stands at the same places in each of them.
  const shared = traceFor(firstBatch);
  const [a, b, c] = probeBatches;
  const merged = anyBatch([loweredFor(a), loweredFor(b), loweredFor(c)], options.names?.[input] ?? input);
  checkOptions(shared, options);
  return encode(graph, merged, options);
}

function checkOptions(graph: Graph, { opset = OPSET, weights = {}, openBatch = [] }: ExportOptions): void {
  if (opset < OPSETS[0] || opset > OPSETS[1]) {
    throw new UserError('export.opset', `ONNX operator set ${opset} is not supported: choose ${OPSETS[0]} to ${OPSETS[1]}`);
  }
  const known = new Map(graph.inputs.map((x) => [x.name, x]));
  for (const given of [...Object.keys(weights), ...openBatch]) {
    if (!known.has(given)) throw new UserError('export.names', `export: the graph has no input ${given}`);
  }
  for (const [key, data] of Object.entries(weights)) {
    const { shape } = known.get(key)!;
    if (data.length !== sizeOf(shape)) throw new UserError('export.weights', `export: ${key} has shape [${shape.join(',')}], got ${data.length} values`);
  }
}

/** The file: inputs that have weights become initializers. */
function encode(graph: Graph, model: OnnxGraph, { opset = OPSET, weights = {}, names = {}, metadata }: ExportOptions): Uint8Array {
  const known = new Map(graph.inputs.map((x) => [x.name, x]));
  const fileName = (key: string): string => names[key] ?? key;
  return encodeModel({
    ...model,
    opset,
    inputs: model.inputs.filter((_, i) => weights[graph.inputs[i]!.name] === undefined),
    initializers: [
      ...Object.entries(weights).map(([key, data]) => ({ name: fileName(key), shape: known.get(key)!.shape, dtype: known.get(key)!.dtype, data })),
      ...model.initializers,
    ],
    ...(metadata === undefined ? {} : { metadata }),
  });
}
