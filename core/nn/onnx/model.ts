import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { concat, type Graph, reshape, slice, spec, type Tensor, trace, transpose, UserError, vmap, zeros } from '#core/graph';
import { batchedTensors } from '#core/runtime';
import type { BufferSpec, Module, ParameterSpec, Shape, Tensors } from '../module';
import { adaptInput, formatAxes, type InputAdapter } from './adapt-input';
import { adaptOutput, meaningNotes, meaningOf, type OutputMeaning, type Wanted } from './adapt-output';
import { Known, tensorOf, type Value } from './array';
import { externalDataBeside, noExternalData } from './format/external';
import { limits } from './format/limits';
import { type OnnxFile, type OnnxNode, readModel, type ValueInfo } from './format/model';
import type { Refuse } from './format/protobuf';
import { malformed } from './format/refuse';
import { interpret, type Moments, type Outcome, type Problem, supportProblem } from './interpreter';
import { findWeights, type Weights } from './weights';
import { wire, type Wiring } from './wiring';

export interface OpenOnnxOptions {
  /** Name of the output that is trained; the first of numbers when left out. */
  readonly output?: string;
  /** Names (with `*` for any letters) of parameters that stay as they are. */
  readonly freeze?: readonly string[];
}

export interface OnnxModuleOptions {
  /** Shape of one example of the data; needed where the file leaves axes open. */
  readonly exampleShape?: Shape;
  /** BatchNorm with the moments of the file, or in training with the batch's own. Default: `inference`. */
  readonly batchNorm?: 'inference' | 'batch';
  /** What the loss wants; left out: the output as it is, `[batch, ...]` flattened. */
  readonly wanted?: Wanted;
}

/** A module made of a file. */
export interface OnnxModule {
  readonly module: Module;
  /** The network traced on a small batch, to count what it costs. */
  readonly probe: { readonly graph: Graph; readonly batch: number };
}

/** An ONNX file opened as a model. */
export class OnnxModel {
  readonly #wiring: Wiring;
  readonly weights: Weights;
  readonly meaning: OutputMeaning;
  /** Names of the classes, where the file holds them. */
  readonly classes: readonly string[] | undefined;

  constructor(
    readonly name: string,
    readonly file: OnnxFile,
    options: OpenOnnxOptions,
    refuse: Refuse,
    /** Files that it was read from: the model, and those that hold its large arrays. */
    readonly paths: readonly string[] = [],
  ) {
    this.#wiring = wire(file, options.output, refuse);
    const patterns = (options.freeze ?? []).map((pattern) => new RegExp(`^${pattern.split('*').map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`));
    this.weights = findWeights(this.#wiring, (parameter) => patterns.some((pattern) => pattern.test(parameter)));
    this.meaning = meaningOf(this.#wiring.output.name, this.#wiring.nodes);
    this.classes = classNamesOf(file);
  }

  get inputs(): readonly ValueInfo[] {
    return this.#wiring.inputs;
  }

  get output(): ValueInfo {
    return this.#wiring.output;
  }

  /** Nodes that the output needs. */
  get nodes(): readonly OnnxNode[] {
    return this.#wiring.nodes;
  }

  /** Nodes that Basin cannot run, as far as that shows without data. */
  get unsupported(): Problem[] {
    return this.weights.nodes.flatMap((node) => supportProblem(node, this.file.opsets) ?? []);
  }

  /** Nodes that Basin cannot run on examples of this shape. */
  problems(exampleShape: Shape): Problem[] {
    const adapter = adaptInput(this.inputs, exampleShape);
    const found = new Map<string, Problem>();
    this.#trace(exampleShape, this.fixedBatch ?? 2, (tensors) => {
      for (const problem of this.#interpret(adapter, tensors).problems) found.set(`${problem.node} ${problem.why}`, problem);
      return { output: tensors.x, moved: {} };
    });
    return [...found.values()];
  }

  /** Shape of one example as the file states it; undefined where it leaves axes open. */
  get statedShape(): number[] | undefined {
    const [first, ...others] = this.inputs;
    if (others.length > 0) {
      const widths = this.inputs.map(({ shape }) => (shape?.length === 2 ? shape[1] : 1));
      return widths.every((n): n is number => typeof n === 'number') ? [widths.reduce((a, b) => a + b, 0)] : undefined;
    }
    const axes = first?.shape?.slice(1);
    return axes?.every((n): n is number => typeof n === 'number') ? axes : undefined;
  }

  /** The batch that the file was exported for; undefined where it leaves it open. */
  get fixedBatch(): number | undefined {
    const batches = this.inputs.map(({ shape }) => shape?.[0]).filter((n) => typeof n === 'number');
    return batches[0];
  }

  /**
   * The model as a network for examples of one shape.
   *
   * @throws UserError `onnx.unsupported` with every operator and node that Basin cannot run; `onnx.input`, `onnx.output` where
   *   data and model do not fit; `onnx.shape` where its nodes do not fit together
   */
  module(options: OnnxModuleOptions = {}): OnnxModule {
    const exampleShape = options.exampleShape ?? this.statedShape;
    if (exampleShape === undefined) {
      throw new UserError('onnx.shape-open', `${this.name} leaves the shape of its input open: ${this.inputs.map(({ name, shape }) => `"${name}" ${formatAxes(shape)}`).join(', ')}`, {
        hint: 'Say what shape an example has, or choose data.',
      });
    }
    refuseUnsupported(this.name, this.unsupported);
    const adapter = this.#named(() => adaptInput(this.inputs, exampleShape));
    const batchStatistics = options.batchNorm === 'batch';
    const direct = (tensors: Application): Applied => this.#apply(adapter, options.wanted, tensors);
    const groups = this.#needsGroups(exampleShape, direct);
    const whole = (tensors: Application): Applied => (groups ? this.#inGroups(direct, tensors) : direct(tensors));
    if (groups && batchStatistics && this.weights.buffers.length > 0) {
      throw new UserError('onnx.fixed-batch', `${this.name} was exported for a batch of ${this.fixedBatch}: its normalization cannot use the moments of other batches`, {
        hint: 'Export it with a batch of any size (dynamic axes), or take batchNorm: inference.',
      });
    }
    const parameters = Object.fromEntries(this.weights.parameters.map((parameter): [string, ParameterSpec] => {
      const { name, shape, kind, fanIn, fanOut, data } = parameter;
      return [name, { shape, kind, fanIn, fanOut, initial: () => data.slice() }];
    }));
    const buffers = Object.fromEntries(this.weights.buffers.map(({ name, shape, data }): [string, BufferSpec] => [name, { shape, initial: data }]));
    const probe = this.#trace(exampleShape, 2, whole);
    const notes = [
      adapter.note,
      options.wanted === undefined || options.wanted.link === 'identity' ? '' : meaningNotes[this.meaning],
      batchStatistics && !this.weights.nodes.some(({ opType }) => opType === 'BatchNormalization') ? 'the file has no BatchNorm whose statistics could move: exporters often fold it into other operators' : '',
      groups ? `the file holds for a batch of ${this.fixedBatch}: examples go through it ${this.fixedBatch} at a time` : '',
    ].filter((note) => note !== '');
    const module: Module = {
      title: this.name,
      notes,
      inputShape: exampleShape,
      outputShape: probe.output.shape.slice(1),
      parameters,
      buffers,
      apply: (values, state, x, mode) => {
        const gather = mode.gatherStatistics ?? false;
        const moments = batchStatistics ? { batchStatistics: gather || (mode.batchStatistics ?? mode.train), training: mode.train, gather } : { batchStatistics: false, training: false };
        const { output, moved } = whole({ parameters: values, buffers: state, x, moments });
        return { output, buffers: moved };
      },
    };
    return { module, probe: { graph: probe.graph, batch: 2 } };
  }

  /** Whether batches of other sizes than the file's must be dealt out in groups of that size. */
  #needsGroups(exampleShape: Shape, direct: (tensors: Application) => Applied): boolean {
    const fixed = this.fixedBatch;
    if (fixed === undefined) return false;
    try {
      const { graph } = this.#trace(exampleShape, fixed === 1 ? 2 : fixed + 1, direct);
      batchedTensors(graph, ['x']);
      return false;
    } catch (error) {
      if (!(error instanceof UserError) || error.code === 'onnx.unsupported') throw error;
      // It does hold for its own batch, or the complaint is about something else.
      this.#trace(exampleShape, fixed, direct);
      return true;
    }
  }

  #trace(exampleShape: Shape, batch: number, f: (tensors: Application) => Applied) {
    const specsOf = (list: readonly { name: string; shape: Shape }[]) => Object.fromEntries(list.map(({ name, shape }) => [name, spec(shape)]));
    const graph = trace(
      ({ parameters, buffers, x }: { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; x: Tensor }) => ({
        output: f({ parameters, buffers, x, moments: { batchStatistics: false, training: false } }).output,
      }),
      { parameters: specsOf(this.weights.parameters), buffers: specsOf(this.weights.buffers), x: spec([batch, ...exampleShape]) },
    );
    return { graph, output: graph.result.output };
  }

  #interpret(adapter: InputAdapter, { parameters, buffers, x, moments }: Application): Outcome {
    const values = new Map<string, Value>(this.weights.constants);
    for (const { name, value, transposed } of this.weights.parameters) {
      const tensor = parameters[name]!;
      values.set(value, transposed ? transpose(tensor, [1, 0]) : tensor);
    }
    for (const { name, value } of this.weights.buffers) values.set(value, buffers[name]!);
    for (const [name, tensor] of adapter.apply(x)) values.set(name, tensor);
    return interpret(this.weights.nodes, values, this.file.opsets, moments);
  }

  #apply(adapter: InputAdapter, wanted: Wanted | undefined, tensors: Application): Applied {
    const { x, buffers } = tensors;
    const outcome = this.#interpret(adapter, tensors);
    refuseUnsupported(this.name, outcome.problems);
    const raw = outcome.values.get(this.output.name);
    if (raw === undefined) throw new UserError('onnx.output', `${this.name} does not make its output "${this.output.name}"`);
    if (raw instanceof Known) throw new UserError('onnx.output', `the output "${this.output.name}" of ${this.name} does not depend on its input`);
    const output = this.#named(() => adaptOutput(tensorOf(raw), x.shape[0]!, this.meaning, wanted, this.classes));
    const moved = { ...buffers };
    for (const { name, value } of this.weights.buffers) {
      const next = outcome.moved.get(value);
      if (next !== undefined) moved[name] = next;
    }
    return { output, moved };
  }

  /** Examples in groups of the batch that the file was exported for, the last one filled up with zeros. */
  #inGroups(direct: (tensors: Application) => Applied, tensors: Application): Applied {
    const { x } = tensors;
    const batch = x.shape[0]!;
    const size = this.fixedBatch!;
    const count = Math.ceil(batch / size);
    const missing = count * size - batch;
    const full = missing === 0 ? x : concat([x, zeros([missing, ...x.shape.slice(1)], x.dtype)], 0);
    const grouped = reshape(full, [count, size, ...x.shape.slice(1)]);
    const each = vmap((group: Tensor) => direct({ ...tensors, x: group }).output)(grouped);
    const together = reshape(each, [count * size, ...each.shape.slice(2)]);
    return { output: missing === 0 ? together : slice(together, [0], [batch]), moved: { ...tensors.buffers } };
  }

  /** Complaints with the file's name. */
  #named<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof UserError) || error.message.startsWith(this.name)) throw error;
      throw new UserError(error.code, `${this.name}: ${error.message}`, { ...(error.hint !== undefined && { hint: error.hint }), cause: error });
    }
  }
}

interface Application {
  readonly parameters: Tensors;
  readonly buffers: Tensors;
  readonly x: Tensor;
  readonly moments: Moments;
}

interface Applied {
  readonly output: Tensor;
  readonly moved: Record<string, Tensor>;
}

/** Refuses a model whole, with every operator and node that stands in the way. */
export function refuseUnsupported(name: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const lines = problems.slice(0, limits.namedNodes).map(({ node, operator, why }) => `${operator} (node ${node}): ${why}`);
  const more = problems.length > lines.length ? [`and ${problems.length - lines.length} more`] : [];
  throw new UserError('onnx.unsupported', `${name} cannot be opened: ${problems.length === 1 ? 'one node' : `${problems.length} nodes`} cannot be run\n  ${[...lines, ...more].join('\n  ')}`, {
    hint: 'Export the part of the model before these nodes, or with a simpler operator; docs/models.md lists what Basin runs.',
  });
}

/** Opens the bytes of an ONNX file. External data are refused. */
export function openOnnxBytes(bytes: Uint8Array, name: string, options: OpenOnnxOptions = {}): OnnxModel {
  const refuse: Refuse = (what) => malformed(name, what);
  return new OnnxModel(name, readModel(bytes, refuse, noExternalData(refuse)), options, refuse);
}

/** Opens an ONNX file; external data are read from its own folder only. */
export function openOnnx(path: string, options: OpenOnnxOptions = {}): OnnxModel {
  const name = basename(path);
  const refuse: Refuse = (what) => malformed(name, what);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new UserError('onnx.missing', `${path} does not exist.`);
  if (!stat.isFile()) throw new UserError('onnx.missing', `${path} is not a file.`);
  if (stat.size > limits.fileBytes) refuse(`it has ${stat.size} bytes; the format ends at 2 GB`);
  const paths = new Set([path]);
  const external = externalDataBeside(path, refuse, (beside) => paths.add(beside));
  return new OnnxModel(name, readModel(readFileSync(path), refuse, external), options, refuse, [...paths]);
}

/** Class names as scikit-learn's exporter keeps them. */
function classNamesOf({ graph }: OnnxFile): readonly string[] | undefined {
  for (const node of graph.nodes) {
    for (const key of ['classlabels_strings', 'classlabels_int64s', 'classlabels_ints']) {
      const found = node.attributes.get(key);
      if ((found?.kind === 'strings' || found?.kind === 'ints') && found.value.length > 1) return found.value.map(String);
    }
  }
  return undefined;
}
