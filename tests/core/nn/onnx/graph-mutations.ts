import type { Philox } from '#core/graph';
import { Known } from '../../../../core/nn/onnx/array';
import type { Attribute, OnnxFile, OnnxNode } from '../../../../core/nn/onnx/format/model';
import { operatorNames } from '#core/nn';
import { below } from './mutations';

const pick = <T>(list: readonly T[], random: Philox): T => list[below(random, list.length)]!;

const numbers = [0, 1, -1, 2, 3, 5, 7, 64, 1e5, 2 ** 31, 2 ** 40, -(2 ** 40), 0.5, NaN];
const operators = operatorNames().filter((name) => !name.includes('.'));

/** Names of attributes that operators read: put where they do not belong too. */
const attributeNames = ['axis', 'axes', 'kernel_shape', 'strides', 'pads', 'dilations', 'group', 'perm', 'to', 'keepdims', 'split', 'mode', 'direction', 'blocksize', 'k', 'num_groups', 'output_padding', 'output_shape', 'starts', 'ends', 'value', 'hidden_size', 'size', 'batch_dims', 'equation', 'auto_pad', 'ceil_mode', 'scales', 'repeats'];

function randomAttribute(random: Philox): Attribute {
  switch (below(random, 5)) {
    case 0: return { kind: 'int', value: Math.trunc(pick(numbers, random)) || 0 };
    case 1: return { kind: 'ints', value: Array.from({ length: below(random, 6) }, () => Math.trunc(pick(numbers, random)) || 0) };
    case 2: return { kind: 'float', value: pick(numbers, random) };
    case 3: return { kind: 'string', value: pick(['', 'SAME_UPPER', 'SAME_LOWER', 'reflect', 'edge', 'linear', 'cubic', 'bidirectional', 'ij,jk->ik', '...i,i', 'x'], random) };
    default: return { kind: 'floats', value: Array.from({ length: below(random, 5) }, () => pick(numbers, random)) };
  }
}

function randomArray(random: Philox): Known {
  const shape = Array.from({ length: below(random, 4) }, () => below(random, 4));
  const size = shape.reduce((a, b) => a * b, 1);
  const type = pick(['float32', 'int64', 'int32', 'bool'] as const, random);
  const data = Float64Array.from({ length: size }, () => pick(numbers, random));
  return new Known(type, shape, type === 'float32' ? Float32Array.from(data) : data.map((n) => Math.trunc(n) || 0));
}

/** The file with one to three of its nodes, attributes, arrays or names replaced by something that still is an ONNX graph. */
export function mutateGraph(file: OnnxFile, random: Philox): OnnxFile {
  let nodes: OnnxNode[] = [...file.graph.nodes];
  let initializers = [...file.graph.initializers];
  let { inputs } = file.graph;
  const opsets = new Map(file.opsets);
  const values = [...nodes.flatMap(({ outputs }) => outputs), ...initializers.map(({ name }) => name), ...inputs.map(({ name }) => name), ''];
  const changes = 1 + below(random, 3);
  for (let i = 0; i < changes; i++) {
    const at = below(random, nodes.length);
    const replace = (change: (node: OnnxNode) => OnnxNode): void => void (nodes = nodes.map((node, k) => (k === at ? change(node) : node)));
    switch (below(random, 9)) {
      case 0: replace((node) => ({ ...node, opType: pick(operators, random), domain: '' })); break;
      case 1:
      case 2: replace((node) => ({ ...node, attributes: new Map([...node.attributes, [pick(node.attributes.size > 0 && below(random, 2) === 0 ? [...node.attributes.keys()] : attributeNames, random), randomAttribute(random)]]) })); break;
      case 3: replace((node) => ({ ...node, inputs: node.inputs.map((name) => (below(random, 2) === 0 ? pick(values, random) : name)) })); break;
      case 4: replace((node) => ({ ...node, inputs: below(random, 2) === 0 ? node.inputs.slice(0, -1) : [...node.inputs, pick(values, random)] })); break;
      case 5:
      case 6:
        if (initializers.length > 0) {
          const which = below(random, initializers.length);
          initializers = initializers.map((stored, k) => (k === which ? { ...stored, array: randomArray(random) } : stored));
        }
        break;
      case 7: opsets.set('', pick([1, 6, 7, 9, 10, 11, 12, 13, 14, 17, 18, 21, 99], random)); break;
      default: inputs = inputs.map((info) => ({ ...info, shape: Array.from({ length: below(random, 5) }, () => pick([null, 'batch', 1, 2, 3, 6], random)), elementType: pick([1, 7, 9, 0], random) }));
    }
  }
  return { ...file, opsets, graph: { ...file.graph, nodes, initializers, inputs } };
}
