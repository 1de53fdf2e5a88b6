import { attribute as a, type FileOptions, floats, ints, node as n, type NodeOptions, type TensorOptions } from './file';

/** A file written here, in the manner of a producer, with the shape of one example. */
export interface Written {
  name: string;
  shape: number[];
  options: FileOptions;
  ids?: number;
}

type Node = ReturnType<typeof n>;
const at = (...attributes: ReturnType<typeof a>[]): NodeOptions => ({ attributes });

/** `x: [batch, ...shape]` to `y`. */
function model(name: string, opset: number, shape: number[], nodes: Node[], initializers: TensorOptions[] = [], more: Partial<FileOptions> & { ids?: number; out?: (number | string)[] } = {}): Written {
  const { ids, out = ['batch', 'n'], ...rest } = more;
  return {
    name, shape, ...(ids !== undefined && { ids }),
    options: {
      inputs: [{ name: 'x', shape: ['batch', ...shape], ...(ids !== undefined && { type: 7 }) }], outputs: [{ name: 'y', shape: out }],
      initializers, nodes, opsets: [['', opset], ['ai.onnx.ml', 3]], ...rest,
    },
  };
}

const flat = (from: string): Node => n('Flatten', [from], ['y']);
const half = (name: string, shape: number[]): TensorOptions => {
  const bits = Uint16Array.from({ length: shape.reduce((x, y) => x * y, 1) }, (_, i) => 0x3000 + 37 * i);
  return { name, type: 10, shape, raw: new Uint8Array(bits.buffer) };
};
const double = (name: string, shape: number[]): TensorOptions => {
  const data = Float64Array.from({ length: shape.reduce((x, y) => x * y, 1) }, (_, i) => Math.cos(i) / 3);
  return { name, type: 11, shape, raw: new Uint8Array(data.buffer) };
};
const scalar = (name: string, value: number): TensorOptions => floats(name, [], [value]);

/** Keras models as tf2onnx writes them: channels last outside, transposed for each convolution, names with slashes. */
export const keras: Written[] = [
  model('keras-cnn', 13, [8, 8, 3], [
    n('Transpose', ['x'], ['t'], at(a('perm', [0, 3, 1, 2]))),
    n('Conv', ['t', 'sequential/conv2d/Conv2D/ReadVariableOp:0', 'sequential/conv2d/BiasAdd/ReadVariableOp:0'], ['c'], at(a('auto_pad', 'SAME_UPPER'), a('strides', [2, 2]), a('kernel_shape', [3, 3]))),
    n('Relu', ['c'], ['r']), n('MaxPool', ['r'], ['p'], at(a('kernel_shape', [2, 2]), a('strides', [2, 2]), a('auto_pad', 'VALID'))),
    n('Transpose', ['p'], ['b'], at(a('perm', [0, 2, 3, 1]))), n('Reshape', ['b', 'flat'], ['f']),
    n('MatMul', ['f', 'sequential/dense/MatMul/ReadVariableOp:0'], ['m']), n('Add', ['m', 'sequential/dense/BiasAdd/ReadVariableOp:0'], ['l']), n('Softmax', ['l'], ['y'], at(a('axis', -1))),
  ], [floats('sequential/conv2d/Conv2D/ReadVariableOp:0', [4, 3, 3, 3]), floats('sequential/conv2d/BiasAdd/ReadVariableOp:0', [4]), ints('flat', [-1, 16]), floats('sequential/dense/MatMul/ReadVariableOp:0', [16, 5]), floats('sequential/dense/BiasAdd/ReadVariableOp:0', [5])], { producer: 'tf2onnx' }),
  model('keras-separable', 11, [7, 7, 2], [
    n('Transpose', ['x'], ['t'], at(a('perm', [0, 3, 1, 2]))), n('Conv', ['t', 'depth'], ['d'], at(a('group', 2), a('auto_pad', 'SAME_LOWER'), a('kernel_shape', [4, 4]))),
    n('Conv', ['d', 'point', 'bias'], ['c']), n('BatchNormalization', ['c', 'gamma', 'beta', 'mean', 'var'], ['s'], at(a('epsilon', { float: 0.001 }))),
    n('Clip', ['s', 'zero', 'six'], ['r']), n('GlobalAveragePool', ['r'], ['g']), n('Squeeze', ['g'], ['q'], at(a('axes', [2, 3]))), n('Gemm', ['q', 'w', 'b'], ['z']), n('Sigmoid', ['z'], ['y']),
  ], [floats('depth', [2, 1, 4, 4]), floats('point', [3, 2, 1, 1]), floats('bias', [3]), floats('gamma', [3], [1, 0.5, 1.5]), floats('beta', [3]), floats('mean', [3]), floats('var', [3], [0.5, 1, 2]), scalar('zero', 0), scalar('six', 6), floats('w', [3, 1]), floats('b', [1])]),
  model('keras-shape-arithmetic', 15, [6, 4], [
    n('Shape', ['x'], ['s']), n('Cast', ['s'], ['si'], at(a('to', 6))), n('Slice', ['si', 'i0', 'i1', 'ax'], ['batch']), n('Concat', ['batch', 'rest'], ['target'], at(a('axis', 0))), n('Cast', ['target'], ['t64'], at(a('to', 7))),
    n('Reshape', ['x', 't64'], ['f']), n('MatMul', ['f', 'w'], ['y']),
  ], [ints('i0', [0]), ints('i1', [1]), ints('ax', [0]), { name: 'rest', type: 6, shape: [1], raw: new Uint8Array(Int32Array.of(24).buffer) }, floats('w', [24, 3])]),
  model('keras-lstm', 13, [5, 3], [
    n('Transpose', ['x'], ['t'], at(a('perm', [1, 0, 2]))), n('LSTM', ['t', 'w', 'r', 'b'], ['h', 'last', ''], at(a('hidden_size', 4), a('direction', 'forward'))),
    n('Squeeze', ['last', 'ax0'], ['q']), n('MatMul', ['q', 'dense'], ['y']),
  ], [floats('w', [1, 16, 3]), floats('r', [1, 16, 4]), floats('b', [1, 32]), ints('ax0', [0]), floats('dense', [4, 2])]),
  model('keras-gru-reset-before', 13, [9, 3], [
    n('Transpose', ['x'], ['t'], at(a('perm', [1, 0, 2]))), n('GRU', ['t', 'w', 'r', 'b'], ['h', ''], at(a('hidden_size', 4), a('linear_before_reset', 0), a('direction', 'reverse'))),
    n('Squeeze', ['h', 'ax1'], ['q']), n('Transpose', ['q'], ['u'], at(a('perm', [1, 0, 2]))), n('ReduceMax', ['u'], ['y'], at(a('axes', [1]), a('keepdims', 0))),
  ], [floats('w', [1, 12, 3]), floats('r', [1, 12, 4]), floats('b', [1, 24]), ints('ax1', [1])]),
  model('keras-peephole', 11, [4, 2], [
    n('Transpose', ['x'], ['t'], at(a('perm', [1, 0, 2]))), n('LSTM', ['t', 'w', 'r', 'b', '', '', '', 'p'], ['', 'last', 'cell'], at(a('hidden_size', 3), a('direction', 'reverse'))),
    n('Concat', ['last', 'cell'], ['both'], at(a('axis', 2))), n('Squeeze', ['both'], ['y'], at(a('axes', [0]))),
  ], [floats('w', [1, 12, 2]), floats('r', [1, 12, 3]), floats('b', [1, 24]), floats('p', [1, 9])]),
  model('keras-einsum-dense', 13, [4, 6], [n('Einsum', ['x', 'kernel'], ['e'], at(a('equation', 'abc,cde->abde'))), n('Einsum', ['e', 'kernel2'], ['s'], at(a('equation', '...de,de->...'))), n('Add', ['s', 'bias'], ['y'])],
    [floats('kernel', [6, 2, 3]), floats('kernel2', [2, 3]), floats('bias', [4])]),
];

/** Scikit-learn's models as skl2onnx writes them. */
export const sklearn: Written[] = [
  model('sklearn-logistic-binary', 9, [4], [
    n('LinearClassifier', ['x'], ['label', 'p'], { domain: 'ai.onnx.ml', name: 'LinearClassifier', attributes: [a('classlabels_ints', [0, 1]), a('coefficients', { floats: [-0.4, 0.9, -1.1, 0.2, 0.4, -0.9, 1.1, -0.2] }), a('intercepts', { floats: [-0.3, 0.3] }), a('multi_class', 1), a('post_transform', 'LOGISTIC')] }),
    n('Normalizer', ['p'], ['y'], { domain: 'ai.onnx.ml', attributes: [a('norm', 'L1')] }), n('Cast', ['label'], ['output_label'], at(a('to', 7))),
  ], [], { producer: 'skl2onnx', outputs: [{ name: 'output_label', type: 7, shape: ['batch'] }, { name: 'y', shape: ['batch', 2] }] }),
  model('sklearn-logistic-multinomial', 13, [3], [
    n('LinearClassifier', ['x'], ['label', 'y'], { domain: 'ai.onnx.ml', name: 'LinearClassifier', attributes: [a('classlabels_strings', ['setosa', 'versicolor', 'virginica']), a('coefficients', { floats: [0.1, 0.5, -0.2, 0.9, -0.3, 0.2, -0.7, 0.4, 0.6] }), a('intercepts', { floats: [0.1, -0.2, 0.3] }), a('post_transform', 'SOFTMAX')] }),
  ], [], { outputs: [{ name: 'label', type: 8, shape: ['batch'] }, { name: 'y', shape: ['batch', 3] }] }),
  model('sklearn-linear-pipeline', 12, [3], [
    n('Imputer', ['x'], ['i'], { domain: 'ai.onnx.ml', attributes: [a('imputed_value_floats', { floats: [1, 2, 3] }), a('replaced_value_float', { float: NaN })] }),
    n('Scaler', ['i'], ['s'], { domain: 'ai.onnx.ml', attributes: [a('offset', { floats: [0.5, 1, 2] }), a('scale', { floats: [2, 0.5, 1] })] }),
    n('LinearRegressor', ['s'], ['y'], { domain: 'ai.onnx.ml', name: 'LinearRegressor', attributes: [a('coefficients', { floats: [0.3, -0.8, 0.5] }), a('intercepts', { floats: [4] }), a('targets', 1)] }),
  ]),
  model('sklearn-mlp-classifier', 13, [4], [
    n('Cast', ['x'], ['cast_input'], at(a('to', 1))), n('MatMul', ['cast_input', 'coefficient'], ['mul_result']), n('Add', ['mul_result', 'intercepts'], ['add_result']), n('Relu', ['add_result'], ['next_activations']),
    n('MatMul', ['next_activations', 'coefficient1'], ['mul_result1']), n('Add', ['mul_result1', 'intercepts1'], ['add_result1']), n('Softmax', ['add_result1'], ['y'], at(a('axis', -1))),
    n('ArgMax', ['y'], ['argmax'], at(a('axis', 1))), n('ArrayFeatureExtractor', ['classes', 'argmax'], ['label'], { domain: 'ai.onnx.ml' }),
  ], [floats('coefficient', [4, 6]), floats('intercepts', [1, 6]), floats('coefficient1', [6, 3]), floats('intercepts1', [1, 3]), ints('classes', [0, 1, 2])],
    { outputs: [{ name: 'label', type: 7, shape: ['batch'] }, { name: 'y', shape: ['batch', 3] }] }),
  model('sklearn-mlp-binary', 13, [4], [
    n('MatMul', ['x', 'coefficient'], ['m']), n('Add', ['m', 'intercepts'], ['l']), n('Sigmoid', ['l'], ['out']), n('Sub', ['unity', 'out'], ['negative']), n('Concat', ['negative', 'out'], ['y'], at(a('axis', 1))),
  ], [floats('coefficient', [4, 1]), floats('intercepts', [1, 1]), floats('unity', [1], [1])]),
  model('sklearn-columns', 13, [4], [n('ArrayFeatureExtractor', ['x', 'chosen'], ['c'], { domain: 'ai.onnx.ml' }), n('MatMul', ['c', 'w'], ['y'])], [ints('chosen', [2, 0]), floats('w', [2, 2])]),
  model('sklearn-l2-max', 13, [4], [n('Normalizer', ['x'], ['p'], { domain: 'ai.onnx.ml', attributes: [a('norm', 'L2')] }), n('Binarizer', ['p'], ['q'], { domain: 'ai.onnx.ml', attributes: [a('threshold', { float: 0.2 })] }), n('Add', ['p', 'q'], ['y'])]),
];

/** One operator after the other in its oldest and newest forms. */
export const operators: Written[] = [
  model('opset7-pads', 7, [2, 6, 5], [n('Pad', ['x'], ['p'], at(a('mode', 'reflect'), a('pads', [0, 0, 1, 2, 0, 0, 3, 0]))), n('Slice', ['p'], ['s'], at(a('starts', [1, -4]), a('ends', [9, 1000]), a('axes', [2, 3]))), n('Clip', ['s'], ['c'], at(a('min', { float: -0.5 }), a('max', { float: 0.7 }))), flat('c')]),
  model('opset7-split-squeeze', 7, [6, 1, 2], [n('Split', ['x'], ['a', 'b'], at(a('axis', 1), a('split', [2, 4]))), n('Squeeze', ['b'], ['q'], at(a('axes', [2]))), n('ReduceSum', ['a'], ['r'], at(a('axes', [2, 3]), a('keepdims', 0))), n('Flatten', ['q'], ['f']), n('Concat', ['r', 'f'], ['y'], at(a('axis', 1)))]),
  model('opset7-upsample', 7, [1, 4, 3], [n('Upsample', ['x'], ['u'], at(a('mode', 'nearest'), a('scales', { floats: [1, 1, 2, 3] }))), flat('u')]),
  model('opset9-upsample-linear', 9, [1, 4, 3], [n('Upsample', ['x', 's'], ['u'], at(a('mode', 'linear'))), flat('u')], [floats('s', [4], [1, 1, 2, 2])]),
  model('opset9-dropout', 9, [4], [n('Gemm', ['x', 'w', 'b'], ['g']), n('Dropout', ['g'], ['y'], at(a('ratio', { float: 0.4 })))], [floats('w', [4, 3]), floats('b', [3])]),
  model('opset10-resize', 10, [1, 5, 6], [n('Resize', ['x', 's'], ['u'], at(a('mode', 'linear'))), flat('u')], [floats('s', [4], [1, 1, 1.6, 0.5])]),
  model('opset10-mod-topk', 10, [6], [n('Mod', ['x', 'd'], ['m'], at(a('fmod', 1))), n('TopK', ['m', 'k'], ['y', 'places'], at(a('axis', 1)))], [floats('d', [1], [0.7]), ints('k', [3])]),
  model('opset11-softmax-block', 11, [3, 4], [n('Softmax', ['x'], ['s']), n('LogSoftmax', ['x'], ['l'], at(a('axis', 2))), n('Hardmax', ['x'], ['h'], at(a('axis', 2))), n('Add', ['s', 'l'], ['t']), n('Add', ['t', 'h'], ['z']), flat('z')]),
  model('opset13-softmax-middle', 13, [3, 4], [n('Softmax', ['x'], ['s'], at(a('axis', 1))), n('Hardmax', ['x'], ['h'], at(a('axis', -2))), n('Mul', ['s', 'h'], ['z']), flat('z')]),
  model('opset11-resize-modes', 11, [1, 6, 5], [
    n('Shape', ['x'], ['shape']), n('Slice', ['shape', 'first', 'second'], ['batch']), n('Concat', ['batch', 'rest'], ['sizes'], at(a('axis', 0))),
    n('Resize', ['x', 'none', 'none', 'sizes'], ['u'], at(a('mode', 'cubic'), a('coordinate_transformation_mode', 'half_pixel'), a('cubic_coeff_a', { float: -0.5 }), a('exclude_outside', 1))),
    n('Resize', ['u', 'none', 'scales'], ['v'], at(a('mode', 'nearest'), a('coordinate_transformation_mode', 'asymmetric'), a('nearest_mode', 'ceil'))), flat('v'),
  ], [floats('none', [0]), ints('first', [0]), ints('second', [1]), ints('rest', [1, 9, 4]), floats('scales', [4], [1, 1, 0.6, 1.5])]),
  model('opset11-resize-corners', 13, [1, 6, 5], [n('Resize', ['x', '', 'scales'], ['v'], at(a('mode', 'linear'), a('coordinate_transformation_mode', 'align_corners'))), flat('v')], [floats('scales', [4], [1, 1, 0.6, 1.5])]),
  model('opset11-gather', 11, [3, 4], [n('Gather', ['x', 'i'], ['g'], at(a('axis', 2))), n('CumSum', ['g', 'ax'], ['c'], at(a('reverse', 1), a('exclusive', 1))), n('OneHot', ['o', 'depth', 'values'], ['oh'], at(a('axis', 0))), n('MatMul', ['c', 'oh'], ['m']), flat('m')],
    [ints('i', [3], [0, -1, 2]), ints('ax', [], [1]), ints('o', [2, 0, 1, -1]), ints('depth', [], [3]), floats('values', [2], [0.5, 2])]),
  model('opset16-scatter', 16, [2, 3], [n('ScatterND', ['base', 'places', 'new'], ['s'], at(a('reduction', 'add'))), n('MatMul', ['x', 's'], ['m']), flat('m')], [floats('base', [3, 4]), ints('places', [2, 1], [2, 0]), floats('new', [2, 4])]),
  model('opset12-gathernd', 12, [3, 4], [n('GatherND', ['w', 'i'], ['g'], at(a('batch_dims', 1))), n('MatMul', ['x', 'g'], ['m']), flat('m')], [floats('w', [4, 3]), ints('i', [4, 2, 1], [0, 2, 1, 1, 2, 0, 0, 0])]),
  model('opset13-trig-logic', 13, [6], [
    n('Sin', ['x'], ['a']), n('Atan', ['a'], ['b']), n('Greater', ['b', 'zero'], ['c']), n('Not', ['c'], ['d']), n('Where', ['d', 'x', 'b'], ['e']), n('Abs', ['e'], ['f']), n('Sqrt', ['f'], ['g']), n('Reciprocal', ['one_plus'], ['h']), n('Mul', ['g', 'h'], ['i']), n('Max', ['i', 'x', 'zero'], ['j']), n('Mean', ['j', 'x'], ['k']), n('Round', ['k'], ['l']), n('Sum', ['k', 'l', 'x'], ['y']),
  ], [scalar('zero', 0), scalar('one_plus', 1.25)]),
  model('opset13-reductions', 13, [3, 4], [
    n('ReduceSum', ['x', 'ax'], ['a'], at(a('keepdims', 0))), n('ReduceMean', ['x'], ['b'], at(a('axes', [2]), a('keepdims', 0))), n('ReduceL2', ['x'], ['c'], at(a('axes', [-1]), a('keepdims', 0))), n('ReduceLogSumExp', ['x'], ['d'], at(a('axes', [2]), a('keepdims', 0))), n('ReduceProd', ['x'], ['e'], at(a('axes', [2]), a('keepdims', 0))), n('ReduceSumSquare', ['x'], ['f'], at(a('axes', [2]), a('keepdims', 0))), n('ReduceL1', ['x'], ['g'], at(a('axes', [2]), a('keepdims', 0))), n('ReduceMin', ['x'], ['h'], at(a('axes', [2]), a('keepdims', 0))),
    n('Concat', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], ['y'], at(a('axis', 1))),
  ], [ints('ax', [2])]),
  model('opset14-trilu-attention', 14, [4, 6], [
    n('MatMul', ['x', 'q'], ['qx']), n('MatMul', ['x', 'k'], ['kx']), n('Transpose', ['kx'], ['kt'], at(a('perm', [0, 2, 1]))), n('MatMul', ['qx', 'kt'], ['s']), n('Shape', ['x'], ['sh']), n('Gather', ['sh', 'i2'], ['width']), n('Cast', ['width'], ['wf'], at(a('to', 1))), n('Sqrt', ['wf'], ['root']), n('Div', ['s', 'root'], ['d']),
    n('Trilu', ['ones', 'k0'], ['mask'], at(a('upper', 0))), n('Cast', ['mask'], ['mb'], at(a('to', 9))), n('Where', ['mb', 'd', 'low'], ['w']), n('Softmax', ['w'], ['p'], at(a('axis', -1))), n('MatMul', ['p', 'x'], ['o']), flat('o'),
  ], [floats('q', [6, 6]), floats('k', [6, 6]), ints('i2', [], [2]), floats('ones', [4, 4], new Array<number>(16).fill(1)), ints('k0', [], [0]), scalar('low', -1e9)]),
  model('opset14-hardswish-rnn', 14, [3, 4], [n('HardSwish', ['x'], ['h']), n('Transpose', ['h'], ['t'], at(a('perm', [1, 0, 2]))), n('RNN', ['t', 'w', 'r', 'b'], ['', 'last'], at(a('hidden_size', 3), a('activations', ['Relu']))), n('Squeeze', ['last', 'ax'], ['y'])],
    [floats('w', [1, 3, 4]), floats('r', [1, 3, 3]), floats('b', [1, 6]), ints('ax', [0])]),
  model('opset17-layernorm', 17, [3, 4], [n('LayerNormalization', ['x', 'scale', 'bias'], ['l'], at(a('axis', -2), a('epsilon', { float: 1e-3 }))), flat('l')], [floats('scale', [3, 4]), floats('bias', [3, 4])]),
  model('opset18-split-reduce', 18, [7], [n('Split', ['x'], ['a', 'b', 'c'], at(a('axis', 1), a('num_outputs', 3))), n('ReduceMean', ['a', 'ax'], ['m']), n('Mish', ['c'], ['s']), n('Concat', ['m', 'b', 's'], ['y'], at(a('axis', 1)))], [ints('ax', [1])]),
  model('opset18-pad-axes', 18, [2, 5], [n('Pad', ['x', 'pads', '', 'axes'], ['p'], at(a('mode', 'edge'))), n('Pad', ['p', 'pads2', 'value'], ['q']), flat('q')], [ints('pads', [1, 2]), ints('axes', [-1]), ints('pads2', [0, 1, 0, 0, 0, -1]), scalar('value', 0.25)]),
  model('opset19-avgpool-dilated', 19, [2, 8, 7], [n('AveragePool', ['x'], ['p'], at(a('kernel_shape', [2, 3]), a('dilations', [2, 1]), a('strides', [1, 2]), a('pads', [1, 1, 0, 1]), a('count_include_pad', 1))), n('LpPool', ['p'], ['q'], at(a('kernel_shape', [2, 2]), a('p', 2))), flat('q')]),
  model('opset20-gelu', 20, [5], [n('Gelu', ['x'], ['g'], at(a('approximate', 'tanh'))), n('Gelu', ['g'], ['y'])]),
  model('opset21-groupnorm', 21, [4, 3, 3], [n('GroupNormalization', ['x', 'scale', 'bias'], ['g'], at(a('num_groups', 2), a('epsilon', { float: 1e-4 }))), flat('g')], [floats('scale', [4]), floats('bias', [4])]),
  model('opset21-depth', 21, [4, 4, 6], [n('DepthToSpace', ['x'], ['d'], at(a('blocksize', 2), a('mode', 'CRD'))), n('SpaceToDepth', ['d'], ['s'], at(a('blocksize', 2))), n('DepthToSpace', ['s'], ['e'], at(a('blocksize', 2))), n('Add', ['e', 'd'], ['f']), flat('f')]),
  model('opset13-fp16', 13, [4], [n('Cast', ['w16'], ['w'], at(a('to', 1))), n('MatMul', ['x', 'w'], ['m']), n('Add', ['m', 'b'], ['y'])], [half('w16', [4, 3]), floats('b', [3])]),
  model('opset13-double', 13, [4], [n('Cast', ['x'], ['xd'], at(a('to', 11))), n('MatMul', ['xd', 'w'], ['m']), n('Cast', ['m'], ['y'], at(a('to', 1)))], [double('w', [4, 3])]),
  model('opset13-lrn-norms', 13, [6, 4, 4], [n('LRN', ['x'], ['l'], at(a('size', 3), a('alpha', { float: 0.05 }), a('beta', { float: 0.6 }), a('bias', { float: 1.5 }))), n('LpNormalization', ['l'], ['p'], at(a('axis', 1), a('p', 2))), n('InstanceNormalization', ['p', 's', 'b'], ['i']), n('MeanVarianceNormalization', ['i'], ['v'], at(a('axes', [1, 2, 3]))), flat('v')], [floats('s', [6]), floats('b', [6])]),
  model('opset11-conv-transpose-shape', 11, [2, 4, 3], [n('ConvTranspose', ['x', 'w', 'b'], ['t'], at(a('strides', [3, 2]), a('output_shape', [11, 7]), a('auto_pad', 'SAME_UPPER'))), n('ConvTranspose', ['t', 'v'], ['u'], at(a('dilations', [2, 1]), a('pads', [1, 0, 2, 1]), a('group', 2))), flat('u')], [floats('w', [2, 4, 3, 3]), floats('b', [4]), floats('v', [4, 1, 2, 2])]),
  model('opset13-embedding-bag', 13, [4], [n('Gather', ['table', 'x'], ['e']), n('ReduceSum', ['e', 'ax'], ['y'], at(a('keepdims', 0)))], [floats('table', [7, 3]), ints('ax', [1])], { ids: 7 }),
  model('opset13-eye-range', 13, [4], [n('EyeLike', ['square'], ['eye'], at(a('k', 1))), n('MatMul', ['x', 'eye'], ['m']), n('Range', ['r0', 'r1', 'r2'], ['r']), n('Cast', ['r'], ['rf'], at(a('to', 1))), n('Mul', ['m', 'rf'], ['y'])], [floats('square', [4, 4]), ints('r0', [], [1]), ints('r1', [], [9]), ints('r2', [], [2])]),
];
