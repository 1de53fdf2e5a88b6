import { constantData, type DType, readersOf, sizeOf, type Tensor, toTypedArray, topologicalOrder } from '#core/graph';
import { missingRule } from '../missing-rule';
import { type Fusion, fusion } from './fusion';
import { exchanging, layouts } from './layouts';
import type { Layout, LayoutName } from './layouts/layout';
import { type NodeAttribute, type OnnxNode, type OnnxTensor, type OnnxValue, onnxTypes } from './model';

/** How one op becomes ONNX nodes: emits them and returns the name of the result. */
export type Lowering = (node: Tensor, inputs: readonly string[], builder: OnnxBuilder) => string;

export type LoweringTable = Readonly<Record<string, Lowering>>;

interface EmitOptions {
  readonly domain?: string;
  readonly outputs?: number;
}

interface BuilderOptions {
  /** Only operators of the ONNX standard. */
  readonly portable: boolean;
  /** Channels in a block of the blocked convolutions, if they may be used. */
  readonly block?: number | undefined;
  /** Tensors whose axis 0 may have any length. */
  readonly openBatch: ReadonlySet<Tensor>;
  /** Inputs that another program gives as it has them (`seal`), by name. */
  readonly sealed: ReadonlySet<string>;
  /** Names that nodes must not use. */
  readonly taken: readonly string[];
}

/** Collects the ONNX nodes and initializers of one graph while its tensors are lowered. */
export class OnnxBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  /** Shapes on the way that the runtime cannot infer. */
  readonly values: OnnxValue[] = [];
  readonly #names = new Map<Tensor, string>();
  readonly #constants = new Map<string, string>();
  readonly #shared = new Map<string, readonly string[]>();
  readonly #readers: ReadonlyMap<Tensor, number>;
  readonly #users = new Map<Tensor, readonly Tensor[]>();
  readonly #fusions = new Map<Tensor, Fusion>();
  readonly #absorbed = new Set<Tensor>();
  readonly #layouts = new Map<Tensor, Layout>();
  /** Values that the body of a loop reads under their name. */
  readonly #captured = new Set<string>();
  /** What values are called that are outputs. */
  readonly #renamed = new Map<string, string>();
  readonly #counter: { next: number };

  /** Only operators of the ONNX standard, for files that other programs read; otherwise also ONNX Runtime's own. */
  readonly portable: boolean;
  /** Channels in a block of ONNX Runtime's blocked convolutions, where the device has them. */
  readonly block: number | undefined;
  readonly #openBatch: ReadonlySet<Tensor>;
  readonly #taken: ReadonlySet<string>;

  constructor(
    readonly table: LoweringTable,
    readonly options: BuilderOptions,
    outputs: readonly Tensor[],
    counter = { next: 0 },
  ) {
    this.#counter = counter;
    this.portable = options.portable;
    this.block = options.block;
    this.#openBatch = options.openBatch;
    this.#taken = new Set(options.taken);
    const order = topologicalOrder(outputs);
    this.#readers = readersOf(outputs);
    for (const x of order) for (const input of x.inputs) this.#users.set(input, [...(this.#users.get(input) ?? []), x]);
    for (const x of order) {
      const found = fusion(x, (part) => this.uses(part));
      if (found === undefined || found.absorbed.some((part) => this.#absorbed.has(part))) continue;
      this.#fusions.set(x, found);
      for (const part of found.absorbed) this.#absorbed.add(part);
    }
    for (const layout of layouts) for (const x of layout.members(order, this)) this.#layouts.set(x, layout);
  }

  /** A builder for the body of a loop, which computes `outputs`. Names are unique over all bodies. */
  body(outputs: readonly Tensor[]): OnnxBuilder {
    return new OnnxBuilder(this.table, this.options, outputs, this.#counter);
  }

  /** A name that nothing has yet. */
  fresh(stem: string): string {
    let name: string;
    do name = `${stem}_${this.#counter.next++}`;
    while (this.#taken.has(name));
    return name;
  }

  /** Says that a body reads the value, so that it keeps its name. */
  capture(value: string): void {
    this.#captured.add(value);
  }

  /** The shape of `x` as a target of Reshape (`open` -1) or Expand (`open` 1), with an open batch left open. */
  target(x: Tensor, open: -1 | 1): string {
    return this.ints(this.#openBatch.has(x) ? [open, ...x.shape.slice(1)] : x.shape);
  }

  /** What `x` is fused with in one operator. */
  fusionOf(x: Tensor): Fusion | undefined {
    return this.#fusions.get(x);
  }

  /** Whether `x` is an operator by itself, neither fused with nor into another. */
  alone(x: Tensor): boolean {
    return !this.#fusions.has(x) && !this.#absorbed.has(x);
  }

  /** The layout that `x` is computed in, if it is not the graph's own. */
  layoutOf(x: Tensor): Layout | undefined {
    return this.#layouts.get(x);
  }

  /** Whether `x` is computed in the layout. */
  isIn(name: LayoutName, x: Tensor): boolean {
    return this.layoutOf(x)?.name === name;
  }

  /** The value that holds `x` in the layout, converted if it is computed otherwise. */
  in(name: LayoutName, x: Tensor): string {
    if (this.isIn(name, x)) this.lower(x);
    return this.once(`${name} ${x.id}`, () => [layouts.find((layout) => layout.name === name)!.fromPlain(x, this)])[0]!;
  }

  /** Nodes of the graph that read `x`. */
  users(x: Tensor): readonly Tensor[] {
    return this.#users.get(x) ?? [];
  }

  /** How many nodes and outputs of the graph read `x`. */
  uses(x: Tensor): number {
    return this.#readers.get(x) ?? 0;
  }

  /** Says that the value `name` holds `x`; if it is sealed, in the layout that it was sealed in. */
  bind(x: Tensor, name: string): void {
    const layout = this.isSealed(x) ? exchanging(x, this) : undefined;
    if (layout === undefined) {
      this.#names.set(x, name);
      return;
    }
    const value = layout.exchange.open(x, name, this);
    this.once(`${layout.name} ${x.id}`, () => [value]);
    this.#names.set(x, layout.toPlain(x, value, this));
  }

  /** Whether `x` is an input that another program gives as it has it. */
  isSealed(x: Tensor): boolean {
    return x.op === 'input' && this.options.sealed.has(x.attributes['name'] as string);
  }

  /** The value of `x` as programs exchange it: in the layout that is best for tensors of its kind. */
  seal(x: Tensor): string {
    const layout = exchanging(x, this);
    return layout === undefined ? this.lower(x) : layout.exchange.seal(x, this.in(layout.name, x), this);
  }

  /** The name of the value that holds `x`, emitting whatever it still needs. */
  lower(x: Tensor): string {
    const known = this.#names.get(x);
    if (known !== undefined) return known;
    for (const node of this.#pending(x)) this.#names.set(node, this.#lowerOne(node));
    return this.#names.get(x)!;
  }

  /** Tensors that `x` needs and that have no name yet, inputs first. */
  #pending(x: Tensor): Tensor[] {
    const seen = new Set<Tensor>();
    const stack = [x];
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (seen.has(node) || this.#names.has(node)) continue;
      seen.add(node);
      stack.push(...node.inputs);
    }
    return [...seen].sort((a, b) => a.id - b.id);
  }

  #lowerOne(node: Tensor): string {
    if (this.#absorbed.has(node)) return '';
    if (node.op === 'scalar') return this.scalar(node.attributes['value'] as number, node.dtype);
    if (node.op === 'constant') return this.array(constantData(node), node.shape, node.dtype);
    const layout = this.#layouts.get(node);
    if (layout !== undefined) {
      const value = layout.lower(node, this);
      this.once(`${layout.name} ${node.id}`, () => [value]);
      return layout.toPlain(node, value, this);
    }
    const lowering = this.table[node.op];
    if (lowering === undefined) throw missingRule('onnx', node);
    return lowering(node, node.inputs.map((input) => this.#names.get(input)!), this);
  }

  /** Adds a node and returns the name of its first result. */
  emit(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, NodeAttribute>> = {}, options: EmitOptions = {}): string {
    return this.emitAll(opType, inputs, attributes, options)[0]!;
  }

  /** Adds a node and returns the names of its results. */
  emitAll(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, NodeAttribute>> = {}, options: EmitOptions = {}): string[] {
    const outputs = Array.from({ length: options.outputs ?? 1 }, () => this.fresh(opType.toLowerCase()));
    this.nodes.push({ opType, inputs, outputs, attributes, ...(options.domain === undefined ? {} : { domain: options.domain }) });
    return outputs;
  }

  /**
   * Lets the value `value` be an output called `name`: its node is told to write there. What no node makes, is an output already
   * or is read by a body, is copied. To be said of all outputs when everything is lowered.
   */
  output(value: string, name: string): void {
    const at = this.nodes.findIndex(({ outputs }) => outputs.includes(value));
    if (at < 0 || this.#captured.has(value)) {
      this.nodes.push({ opType: 'Identity', inputs: [this.#renamed.get(value) ?? value], outputs: [name], attributes: {} });
      return;
    }
    this.#renamed.set(value, name);
    const renamed = (list: readonly string[]): readonly string[] => (list.includes(value) ? list.map((x) => (x === value ? name : x)) : list);
    this.nodes.forEach((node, i) => {
      const [inputs, outputs] = [renamed(node.inputs), renamed(node.outputs)];
      if (inputs !== node.inputs || outputs !== node.outputs) this.nodes[i] = { ...node, inputs, outputs };
    });
  }

  /** Drops what none of `outputs` needs: conversions that nobody reads. */
  prune(outputs: readonly string[]): void {
    const needed = new Set([...outputs, ...this.#captured]);
    for (let i = this.nodes.length - 1; i >= 0; i--) {
      const node = this.nodes[i]!;
      if (!node.outputs.some((name) => needed.has(name))) this.nodes.splice(i, 1);
      else for (const name of node.inputs) needed.add(name);
    }
    for (let i = this.initializers.length - 1; i >= 0; i--) if (!needed.has(this.initializers[i]!.name)) this.initializers.splice(i, 1);
  }

  /** The values that `make` emitted under `key`, made at the first call. */
  once(key: string, make: () => readonly string[]): readonly string[] {
    const known = this.#shared.get(key) ?? make();
    this.#shared.set(key, known);
    return known;
  }

  scalar(value: number, dtype: DType): string {
    return this.#constant(`${dtype}:${Object.is(value, -0) ? '-0' : value}`, () => ({ shape: [], dtype, data: toTypedArray([value], dtype) }));
  }

  /** A uint64 scalar, a type that only lowerings use. */
  unsigned(value: number): string {
    return this.once(`unsigned ${value}`, () => [this.emit('Cast', [this.scalar(value, 'int64')], { to: onnxTypes.uint64 })])[0]!;
  }

  /** A float32 constant with one value everywhere. */
  filled(value: number, shape: readonly number[]): string {
    return this.#constant(`filled:${value}:${shape.join(',')}`, () => ({ shape, dtype: 'float32', data: new Float32Array(sizeOf(shape)).fill(value) }));
  }

  /** An int64 vector: shapes, axes, bounds. */
  ints(values: readonly number[]): string {
    return this.#constant(`ints:${values.join(',')}`, () => ({ shape: [values.length], dtype: 'int64', data: toTypedArray(values, 'int64') }));
  }

  array(data: OnnxTensor['data'], shape: readonly number[], dtype: DType): string {
    const name = this.fresh('constant');
    if (data.length !== sizeOf(shape)) throw new Error(`constant of ${data.length} values for shape [${shape.join(',')}]`);
    this.initializers.push({ name, shape, dtype, data });
    return name;
  }

  #constant(key: string, make: () => Omit<OnnxTensor, 'name'>): string {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.fresh('constant');
    this.initializers.push({ name, ...make() });
    this.#constants.set(key, name);
    return name;
  }
}
