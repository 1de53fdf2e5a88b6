import { sizeOf } from '#core/graph';
import type { ParameterKind } from '../module';
import { Known } from './array';
import type { OnnxNode } from './format/model';
import type { Wiring } from './wiring';

/** A parameter of the model and the array of the file it begins with. */
export interface ImportedParameter {
  /** Its name here: the file's. */
  readonly name: string;
  /** Name of the value in the file that it stands for. */
  readonly value: string;
  /** Held as `[out, in]` (PyTorch's way), where the file has `[in, out]`. */
  readonly transposed: boolean;
  readonly shape: readonly number[];
  readonly kind: ParameterKind;
  readonly fanIn: number;
  readonly fanOut: number;
  readonly data: Float32Array;
}

/** State of the model that is not trained: running moments, frozen weights. */
export interface ImportedBuffer {
  readonly name: string;
  readonly value: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Weights {
  readonly parameters: readonly ImportedParameter[];
  readonly buffers: readonly ImportedBuffer[];
  /** Numbers that stay as they are, by the name of their value. */
  readonly constants: ReadonlyMap<string, Known>;
  readonly nodes: readonly OnnxNode[];
}

/** What an operator does with an input, as far as training cares. */
type Role = 'weight' | 'bias' | 'norm' | 'moment' | 'factor' | 'term' | 'moved' | 'constant';

/** Roles by input. What is not listed is a constant. */
const roles: Readonly<Record<string, readonly Role[]>> = {
  Conv: ['constant', 'weight', 'bias'],
  ConvTranspose: ['constant', 'weight', 'bias'],
  Gemm: ['weight', 'weight', 'bias'],
  MatMul: ['weight', 'weight'],
  FusedMatMul: ['weight', 'weight'],
  Einsum: ['weight', 'weight', 'weight', 'weight'],
  LinearClassifier: ['constant', 'weight', 'bias'],
  LinearRegressor: ['constant', 'weight', 'bias'],
  Gather: ['weight'],
  PRelu: ['constant', 'bias'],
  BiasGelu: ['constant', 'bias'],
  FastGelu: ['constant', 'bias'],
  BatchNormalization: ['constant', 'norm', 'norm', 'moment', 'moment'],
  LayerNormalization: ['constant', 'norm', 'norm'],
  InstanceNormalization: ['constant', 'norm', 'norm'],
  GroupNormalization: ['constant', 'norm', 'norm'],
  LSTM: ['constant', 'weight', 'weight', 'bias', 'constant', 'constant', 'constant', 'weight'],
  GRU: ['constant', 'weight', 'weight', 'bias'],
  RNN: ['constant', 'weight', 'weight', 'bias'],
  Add: ['term', 'term'],
  Sub: ['term', 'term'],
  Mul: ['factor', 'factor'],
  Div: ['factor', 'factor'],
  // These pass their numbers on: what happens to the result decides.
  Transpose: ['moved'], Reshape: ['moved'], Unsqueeze: ['moved'], Squeeze: ['moved'], Flatten: ['moved'], Expand: ['moved'], Slice: ['moved'],
  Split: ['moved'], Tile: ['moved'], Identity: ['moved'], Pad: ['moved'],
};

const roleOf = ({ opType }: OnnxNode, place: number): Role =>
  opType === 'Concat' ? 'moved' : (Object.hasOwn(roles, opType) ? roles[opType]![place] : undefined) ?? 'constant';

interface Use {
  readonly node: OnnxNode;
  readonly place: number;
}

/**
 * Decides which numbers of a file are trained. Floating-point arrays become parameters where they are the weights, biases and
 * scales of layers, or terms and factors of more than one number that the exporter stored as initializers. Running moments of
 * BatchNorm become buffers. Single numbers, bounds, paddings, masks, and what prepares the raw input (its mean and
 * deviation) stay constants; so do integers.
 *
 * PyTorch's exporter stores equal arrays once (all those ones and zeros of fresh normalizations): each layer gets its own again.
 */
export function findWeights(wiring: Wiring, frozen: (name: string) => boolean): Weights {
  const { nodes, arrays, stored } = spreadOut(wiring);
  const uses = usesOf(nodes);
  const prepares = preparationOf(wiring, nodes, arrays);
  const parameters: ImportedParameter[] = [];
  const buffers: ImportedBuffer[] = [];
  const constants = new Map<string, Known>();
  const names = new Names([...arrays.keys()]);
  for (const [value, array] of arrays) {
    const all = finalUses(value, uses);
    const kinds = new Set(all.map(({ node, place }) => roleOf(node, place)));
    const decided = decide(value, array, kinds, { stored: stored.has(value), prepares: all.some(({ node }) => prepares.has(node)), all, nodes });
    if (decided === 'constant') {
      constants.set(value, array);
      continue;
    }
    const data = array.data instanceof Float32Array ? array.data : Float32Array.from(array.data);
    if (decided === 'moment') {
      buffers.push({ name: names.take(value), value, shape: array.shape, data });
      continue;
    }
    const direct = uses.get(value) ?? [];
    const transposed = array.rank === 2 && direct.length > 0 && direct.every(isRightFactor);
    const shape = transposed ? [array.shape[1]!, array.shape[0]!] : array.shape;
    const name = names.take(pytorchName(value, direct, uses, arrays) ?? value);
    const held = transposed ? transposedData(data, array.shape as [number, number]) : data;
    if (frozen(name)) buffers.push({ name, value, shape: array.shape, data });
    else parameters.push({ name, value, transposed, shape, kind: decided, ...fansOf(shape, all), data: held });
  }
  return { parameters, buffers, constants, nodes };
}

type Decision = ParameterKind | 'moment' | 'constant';

interface Circumstances {
  /** It was an initializer, not the value of a Constant node. */
  readonly stored: boolean;
  /** It is applied to the raw input. */
  readonly prepares: boolean;
  readonly all: readonly Use[];
  readonly nodes: readonly OnnxNode[];
}

/** Names that programs give to what they train. */
const trainedName = /(^|[./_:])(weight|bias|kernel|gamma|beta|alpha|scale|embedding\w*|coefficient|coefficients|intercepts?)(\d*)([:/]\w*)*$/i;

function decide(value: string, array: Known, kinds: ReadonlySet<Role>, { stored, prepares, all, nodes }: Circumstances): Decision {
  if (array.type !== 'float32' || array.size === 0) return 'constant';
  if (kinds.has('moment')) return 'moment';
  if (kinds.has('weight')) return array.rank < 2 ? 'bias' : 'weight';
  if (kinds.has('norm')) return 'norm';
  if (kinds.has('bias')) return 'bias';
  if (!kinds.has('term') && !kinds.has('factor')) return 'constant';
  if (kinds.has('constant') || !array.data.every((n: number) => Number.isFinite(n))) return 'constant';
  const named = stored && trainedName.test(value);
  if (prepares && !named) return 'constant';
  if (array.size === 1 && !named) return 'constant';
  if (!stored && !followsProduct(all, nodes)) return 'constant';
  return kinds.has('factor') ? 'norm' : array.rank <= 1 || array.shape.filter((n) => n > 1).length <= 1 ? 'bias' : 'weight';
}

/** Whether it is added right behind a product or convolution: the bias of that layer. */
function followsProduct(all: readonly Use[], nodes: readonly OnnxNode[]): boolean {
  return all.some(({ node, place }) => {
    if (node.opType !== 'Add') return false;
    const other = node.inputs[1 - place];
    return nodes.some(({ opType, outputs }) => outputs.includes(other ?? '') && ['MatMul', 'Conv', 'ConvTranspose', 'Gemm'].includes(opType));
  });
}

/** Consumers of a value, looking through what only moves numbers. */
function finalUses(value: string, uses: ReadonlyMap<string, readonly Use[]>): Use[] {
  const found: Use[] = [];
  const seen = new Set<string>();
  const open = [value];
  while (open.length > 0) {
    const name = open.pop()!;
    if (seen.has(name)) continue;
    seen.add(name);
    for (const use of uses.get(name) ?? []) {
      if (roleOf(use.node, use.place) === 'moved') open.push(...use.node.outputs);
      else found.push(use);
    }
  }
  return found;
}

function usesOf(nodes: readonly OnnxNode[]): Map<string, Use[]> {
  const uses = new Map<string, Use[]>();
  for (const node of nodes) {
    node.inputs.forEach((name, place) => {
      const list = uses.get(name);
      if (list === undefined) uses.set(name, [{ node, place }]);
      else list.push({ node, place });
    });
  }
  return uses;
}

const isRightFactor = ({ node: { opType, attributes }, place }: Use): boolean => {
  if (place !== 1) return false;
  if (opType === 'MatMul') return true;
  const transB = attributes.get('transB');
  return opType === 'Gemm' && (transB === undefined || (transB.kind === 'int' && transB.value === 0));
};

function transposedData(data: Float32Array, [rows, columns]: readonly [number, number]): Float32Array {
  const turned = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j]!;
  return turned;
}

function fansOf(shape: readonly number[], all: readonly Use[]): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const transpose = all.some(({ node: { opType } }) => opType === 'ConvTranspose');
  const recurrent = all.some(({ node: { opType } }) => ['LSTM', 'GRU', 'RNN'].includes(opType));
  const [out, into, ...window] = (recurrent ? shape.slice(-2) : shape) as [number, number, ...number[]];
  const area = sizeOf(window);
  return transpose ? { fanIn: out * area, fanOut: into * area } : { fanIn: into * area, fanOut: out * area };
}

/**
 * The layer's own name where the exporter lost it: PyTorch folds the transposition of a Linear layer's weight into an
 * initializer `onnx::MatMul_12`, but the bias that is added next is still called `encoder.linear1.bias`.
 */
function pytorchName(value: string, direct: readonly Use[], uses: ReadonlyMap<string, readonly Use[]>, arrays: ReadonlyMap<string, Known>): string | undefined {
  if (!value.startsWith('onnx::')) return undefined;
  const [use, ...others] = direct;
  if (use === undefined || others.length > 0 || use.node.opType !== 'MatMul') return undefined;
  for (const { node } of uses.get(use.node.outputs[0] ?? '') ?? []) {
    const bias = node.opType === 'Add' ? node.inputs.find((name) => name.endsWith('.bias') && arrays.has(name)) : undefined;
    const name = bias?.replace(/bias$/, 'weight');
    if (name !== undefined && !arrays.has(name)) return name;
  }
  return undefined;
}

/** Nodes that only scale and shift the raw input. */
function preparationOf({ inputs }: Wiring, nodes: readonly OnnxNode[], arrays: ReadonlyMap<string, Known>): Set<OnnxNode> {
  const raw = new Set(inputs.map(({ name }) => name));
  const found = new Set<OnnxNode>();
  for (const node of nodes) {
    const ours = node.inputs.every((name) => name === '' || raw.has(name) || arrays.has(name)) && node.inputs.some((name) => raw.has(name));
    if (!ours || !['Add', 'Sub', 'Mul', 'Div', 'Cast', 'Identity', 'Transpose', 'Reshape', 'Unsqueeze', 'Squeeze', 'Concat'].includes(node.opType)) continue;
    found.add(node);
    for (const name of node.outputs) raw.add(name);
  }
  return found;
}

/**
 * Arrays of the file and of its Constant nodes under one roof, the attributes of classical models as arrays; a copy for each
 * layer where several share one that is the same number everywhere, and for each name that an Identity gives.
 */
function spreadOut({ nodes, arrays: given }: Wiring): { nodes: OnnxNode[]; arrays: Map<string, Known>; stored: Set<string> } {
  const arrays = new Map(given);
  const stored = new Set(given.keys());
  const rest: OnnxNode[] = [];
  const claimed = new Set<string>();
  for (const node of nodes) {
    const { opType, attributes, outputs, domain } = node;
    const [first = ''] = node.inputs;
    const value = opType === 'Constant' && domain === '' ? attributes.get('value') : undefined;
    const source = (opType === 'Identity' || opType === 'Cast') && domain === '' ? arrays.get(first) : undefined;
    const target = attributes.get('to');
    const toFloat = opType === 'Identity' || (target?.kind === 'int' && [1, 10, 11, 16].includes(target.value));
    if (value?.kind === 'tensor') arrays.set(outputs[0]!, value.value);
    else if (source?.type === 'float32' && toFloat) {
      arrays.set(outputs[0]!, source);
      if (stored.has(first)) stored.add(outputs[0]!);
    } else rest.push(withOwnArrays(withAttributeWeights(node, arrays, stored), arrays, stored, claimed));
  }
  return { nodes: rest, arrays, stored };
}

/** A LinearClassifier keeps its coefficients among its attributes: they become inputs 1 and 2. */
function withAttributeWeights(node: OnnxNode, arrays: Map<string, Known>, stored: Set<string>): OnnxNode {
  if (node.domain !== 'ai.onnx.ml' || (node.opType !== 'LinearClassifier' && node.opType !== 'LinearRegressor')) return node;
  const floats = (name: string): readonly number[] => {
    const found = node.attributes.get(name);
    return found?.kind === 'floats' ? found.value : [];
  };
  const targets = node.attributes.get('targets');
  const labels = ['classlabels_ints', 'classlabels_strings'].map((name) => node.attributes.get(name)).find((found) => found !== undefined && 'value' in found);
  const [coefficients, intercepts] = [floats('coefficients'), floats('intercepts')];
  const classes = intercepts.length > 0 ? intercepts.length
    : targets?.kind === 'int' ? targets.value
      : labels?.kind === 'ints' || labels?.kind === 'strings' ? labels.value.length : 1;
  if (coefficients.length === 0 || classes < 1 || coefficients.length % classes !== 0) return node;
  const put = (name: string, values: readonly number[], shape: readonly number[]): string => {
    arrays.set(name, new Known('float32', shape, Float32Array.from(values)));
    stored.add(name);
    return name;
  };
  const weight = put(`${node.name}.weight`, coefficients, [classes, coefficients.length / classes]);
  const bias = intercepts.length > 0 ? put(`${node.name}.bias`, intercepts, [classes]) : '';
  return { ...node, inputs: [node.inputs[0] ?? '', weight, bias] };
}

const own: ReadonlySet<Role> = new Set<Role>(['norm', 'bias', 'moment']);

function withOwnArrays(node: OnnxNode, arrays: Map<string, Known>, stored: Set<string>, claimed: Set<string>): OnnxNode {
  let { inputs } = node;
  node.inputs.forEach((name, place) => {
    const array = arrays.get(name);
    const role = roleOf(node, place);
    if (array?.type !== 'float32' || !own.has(role)) return;
    if (!claimed.has(name)) {
      claimed.add(name);
      return;
    }
    const [first] = array.data;
    if (role !== 'moment' && !array.data.every((n: number) => n === first)) return;
    const copy = `${node.name}.${['weight', 'bias', 'running_mean', 'running_var'][Math.max(0, place - 1)] ?? place}`;
    if (arrays.has(copy)) return;
    arrays.set(copy, array);
    stored.add(copy);
    claimed.add(copy);
    inputs = inputs.map((old, i) => (i === place ? copy : old));
  });
  return inputs === node.inputs ? node : { ...node, inputs };
}

/** Names that a tree of tensors and a safetensors file can hold, each once. */
class Names {
  readonly #taken = new Set<string>();

  constructor(private readonly given: readonly string[]) {}

  take(wanted: string): string {
    const stem = wanted === '__proto__' || wanted === '__metadata__' || wanted === '' ? `weight${wanted}` : wanted;
    let name = stem;
    for (let i = 2; this.#taken.has(name) || (name !== wanted && this.given.includes(name)); i++) name = `${stem}_${i}`;
    this.#taken.add(name);
    return name;
  }
}
