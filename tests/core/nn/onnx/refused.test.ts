import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '#core/graph';
import { openOnnx, openOnnxBytes } from '#core/nn';
import { afterAll, describe, expect, it } from 'vitest';
import { attribute, file, type FileOptions, floats, ints, node, type TensorOptions } from './file';

const folder = mkdtempSync(join(tmpdir(), 'basin-onnx-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const opened = (options: FileOptions): void => void openOnnxBytes(file(options), 'model.onnx').module({ exampleShape: [4] });
const message = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'opened';
};

const dense: FileOptions = {
  inputs: [{ name: 'x', shape: ['batch', 4] }],
  outputs: [{ name: 'y', shape: ['batch', 3] }],
  initializers: [floats('w', [4, 3])],
  nodes: [node('MatMul', ['x', 'w'], ['y'])],
};

describe('files that are refused, and the words for it', () => {
  it('opens the plain one that the others are made from', () => expect(message(() => opened(dense))).toBe('opened'));

  it('names every operator and node that stands in the way', () => {
    const text = message(() => opened({
      ...dense,
      nodes: [node('MatMul', ['x', 'w'], ['h']), node('NonZero', ['h'], ['i'], { name: 'find' }), node('Loop', ['i'], ['j'], { name: 'around' }), node('Sub', ['h', 'j'], ['y']), node('Unneeded', ['h'], ['z'])],
    }));
    expect(text).toContain('onnx.unsupported');
    expect(text).toContain('2 nodes');
    expect(text).toContain('NonZero (node find): Basin has no such operator');
    expect(text).toContain('Loop (node around)');
    expect(text).not.toContain('Unneeded');
  });

  it('refuses trees, local functions and old operator sets by name', () => {
    expect(message(() => opened({ ...dense, nodes: [node('TreeEnsembleClassifier', ['x'], ['label', 'y'], { name: 'forest', domain: 'ai.onnx.ml' })], opsets: [['', 13], ['ai.onnx.ml', 3]] }))).toContain('ai.onnx.ml.TreeEnsembleClassifier (node forest)');
    expect(message(() => opened({ ...dense, nodes: [node('Twice', ['x'], ['y'], { domain: 'mine' })], opsets: [['', 13], ['mine', 1]], functions: [['mine', 'Twice']] }))).toContain('mine.Twice');
    expect(message(() => opened({ ...dense, opsets: [['', 5]] }))).toContain('from operator set 6 on; the file has 5');
  });

  it.each([
    ['nodes in a circle', { nodes: [node('Add', ['x', 'b'], ['a']), node('Relu', ['a'], ['b']), node('MatMul', ['a', 'w'], ['y'])] }, 'go round in a circle'],
    ['a node that needs itself', { nodes: [node('Add', ['y', 'x'], ['y'])] }, 'go round in a circle'],
    ['a value that nothing makes', { nodes: [node('MatMul', ['nowhere', 'w'], ['y'])] }, 'needs the value "nowhere", which nothing makes'],
    ['a value made twice', { nodes: [node('Relu', ['x'], ['h']), node('Tanh', ['x'], ['h']), node('MatMul', ['h', 'w'], ['y'])] }, 'is made twice'],
    ['an initializer twice', { initializers: [floats('w', [4, 3]), floats('w', [4, 3])] }, 'is there twice'],
    ['no output', { outputs: [] }, 'has no output'],
    ['no nodes', { nodes: [] }, 'has no nodes'],
    ['inner sizes that differ', { initializers: [floats('w', [5, 3])] }, 'inner sizes differ'],
    ['a negative axis length', { initializers: [{ ...floats('w', [4, 3]), shape: [-4, -3] }] }, 'has an axis of length -4'],
    ['an axis beyond any memory', { initializers: [{ ...floats('w', [4, 3]), shape: [2 ** 40, 3] }] }, 'has an axis of length'],
    ['axes whose product overflows', { initializers: [{ ...floats('w', [4, 3]), shape: [2 ** 30, 2 ** 30, 2 ** 30] }] }, 'more than'],
    ['fewer numbers than the shape says', { initializers: [{ ...floats('w', [4, 3]), shape: [4, 4] }] }, 'takes 64'],
    ['too many axes', { initializers: [{ ...floats('w', [1]), shape: new Array<number>(40).fill(1) }] }, '40 axes'],
    ['an expansion without end', { initializers: [floats('w', [4, 3]), ints('shape', [2 ** 20, 2 ** 20, 1, 4])], nodes: [node('Expand', ['x', 'shape'], ['y'])] }, 'more than'],
    ['a tiling without end', { initializers: [floats('w', [4, 3]), ints('times', [2 ** 30, 2 ** 30])], nodes: [node('Tile', ['x', 'times'], ['y'])] }, 'more than'],
    ['a constant without end', { initializers: [ints('shape', [2 ** 31 + 5])], nodes: [node('ConstantOfShape', ['shape'], ['c']), node('Add', ['x', 'c'], ['y'])] }, 'more than'],
    ['a range without end', { initializers: [ints('from', [], [0]), ints('to', [], [2 ** 52]), ints('by', [], [1])], nodes: [node('Range', ['from', 'to', 'by'], ['r']), node('Add', ['x', 'r'], ['y'])] }, 'too many numbers'],
    ['padding without end', { initializers: [ints('pads', [0, 2 ** 40, 0, 2 ** 40])], nodes: [node('Pad', ['x', 'pads'], ['y'])] }, 'more than'],
    ['a resize without end', { inputs: [{ name: 'x', shape: ['batch', 4] }], initializers: [floats('none', [0]), floats('scales', [2], [1, 1e12])], nodes: [node('Resize', ['x', 'none', 'scales'], ['y'])] }, 'more than'],
    ['a sparse graph of many dims in one', { nodes: [node('Unsqueeze', ['x', 'axes'], ['y'])], initializers: [ints('axes', Array.from({ length: 30 }, (_, i) => i + 1))] }, 'axes'],
    ['a wrong kind of attribute', { nodes: [node('Softmax', ['x'], ['y'], { attributes: [attribute('axis', 'last')] })] }, 'attribute axis is of the kind string'],
  ] as [string, Partial<FileOptions>, string][])('%s', (_name, change, words) => {
    expect(message(() => opened({ ...dense, opsets: [['', 13]], ...change }))).toContain(words);
  });

  it('refuses graphs nested deeper than any branch needs, without recursing into them', () => {
    let inner: FileOptions = { ...dense, inputs: [] };
    for (let depth = 0; depth < 60; depth++) inner = { ...dense, inputs: [], nodes: [node('If', ['c'], ['y'], { graphs: [['then_branch', inner]] })] };
    expect(message(() => opened(inner))).toContain('graphs within graphs');
  });

  it('takes the branch of an If whose condition is known, and refuses one that follows from the data', () => {
    const branch = (op: string): FileOptions => ({ inputs: [], initializers: [], nodes: [node(op, ['h'], [`${op}_y`])], outputs: [{ name: `${op}_y`, shape: [] }] });
    const nodes = (condition: string) => [node('MatMul', ['x', 'w'], ['h']), node('ReduceMax', ['x'], ['m']), node('Cast', ['m'], ['bool'], { attributes: [attribute('to', 9)] }), node('If', [condition], ['y'], { graphs: [['then_branch', branch('Relu')], ['else_branch', branch('Tanh')]] })];
    const initializers: TensorOptions[] = [floats('w', [4, 3]), { name: 'yes', type: 9, shape: [], raw: Uint8Array.of(1) }];
    expect(message(() => opened({ ...dense, initializers, nodes: nodes('yes') }))).toBe('opened');
    expect(message(() => opened({ ...dense, initializers, nodes: nodes('bool') }))).toContain('the condition follows from the data');
  });

  it('refuses bytes that are no ONNX file, and every truncation of one', () => {
    expect(message(() => openOnnxBytes(new TextEncoder().encode('<html>not found</html>'), 'page.onnx'))).toContain('page.onnx is not a valid ONNX file');
    expect(message(() => openOnnxBytes(new Uint8Array(0), 'empty.onnx'))).toContain('holds no graph');
    const whole = file(dense);
    for (let length = 0; length < whole.length; length++) {
      const text = message(() => openOnnxBytes(whole.subarray(0, length), 'cut.onnx').module({ exampleShape: [4] }));
      expect(text === 'opened' ? 'opened' : text.slice(0, 5)).toMatch(/onnx\.|opened/);
    }
  });
});

describe('arrays in files of their own', () => {
  const external = (location: string, extra: [string, string][] = []): FileOptions => ({ ...dense, initializers: [{ name: 'w', type: 1, shape: [4, 3], external: [['location', location], ...extra] }] });
  const inFolder = (options: FileOptions): string => {
    const at = join(folder, 'models');
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'model.onnx'), file(options));
    return join(at, 'model.onnx');
  };
  const numbers = new Float32Array(14).map((_, i) => i);
  const put = (path: string): void => writeFileSync(join(folder, path), new Uint8Array(numbers.buffer));

  it('are read from the folder of the model, at their offset', () => {
    const path = inFolder(external('w.bin', [['offset', '8'], ['length', '48']]));
    put('models/w.bin');
    const [parameter] = openOnnx(path).weights.parameters;
    expect([...parameter!.data].sort((a, b) => a - b)).toEqual([...numbers.subarray(2)]);
    expect(openOnnx(path).paths).toEqual([path, join(folder, 'models', 'w.bin')]);
  });

  it.each([
    ['../w.bin'], ['/etc/hostname'], ['sub/../../w.bin'], ['C:\\w.bin'], ['..\\w.bin'], ['a\0b'], [''], ['.'], ['models/../..'],
  ])('%j is outside', (location) => {
    put('w.bin');
    const text = message(() => openOnnx(inFolder(external(location))));
    expect(text).toMatch(/^onnx\.invalid/);
    expect(text).toMatch(/outside the model's folder|has no name|is not there/);
  });

  it('a link that leads outside is outside; a file that is too short, missing or claims other bytes is refused', () => {
    put('secret.bin');
    inFolder(dense);
    rmSync(join(folder, 'models', 'link.bin'), { force: true });
    symlinkSync(join(folder, 'secret.bin'), join(folder, 'models', 'link.bin'));
    expect(message(() => openOnnx(inFolder(external('link.bin'))))).toContain("outside the model's folder");
    expect(message(() => openOnnx(inFolder(external('none.bin'))))).toContain('which is not there');
    put('models/short.bin');
    expect(message(() => openOnnx(inFolder(external('short.bin', [['offset', '40']]))))).toContain('takes bytes 40 to 88 of a file of 56');
    expect(message(() => openOnnx(inFolder(external('short.bin', [['offset', '-8']]))))).toContain('has the offset "-8"');
    expect(message(() => openOnnx(inFolder(external('short.bin', [['length', '999']]))))).toContain('has 999 bytes');
    mkdirSync(join(folder, 'models', 'directory'), { recursive: true });
    expect(message(() => openOnnx(inFolder(external('directory'))))).toContain('is no file');
  });

  it('are refused where the model came without its folder', () => {
    expect(message(() => openOnnxBytes(file(external('w.bin')), 'model.onnx'))).toContain('without its folder');
  });
});

describe('files of the corpus that are refused', () => {
  it('conv3d: the operator, the node and the reason', () => {
    const bytes = readFileSync(new URL('../../../fixtures/onnx/torch/conv3d.onnx', import.meta.url));
    expect(message(() => openOnnxBytes(bytes, 'conv3d.onnx').module())).toContain('Conv (node /0/Conv): works on 3 spatial axes; Basin has 1 and 2');
  });
});
