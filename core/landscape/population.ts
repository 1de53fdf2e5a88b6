import {
  concat,
  type DType,
  expandDims,
  type Graph,
  type GraphInput,
  input,
  matmul,
  opDefinition,
  reshape,
  type Tensor,
  topologicalOrder,
  zeros,
} from '#core/graph';

/**
 * A function of the weights, made a function of plane coordinates for many points at once.
 *
 * Weights in a plane are affine in its coordinates, `W = W0 + a D1 + b D2`, and so is everything that linear ops make of them
 * and of data: the first layer's output is `x W0' + a x D1' + b x D2'`, three products for the whole surface instead of one
 * a point. Such a value is carried as its coefficients, stacked on axis 0. `prepare` computes, once for a batch of
 * data, the coefficients where a non-linear op first reads them, and everything that no perturbation touches; `main(P)`
 * does the rest for P points.
 */
export interface PopulationGraphs {
  /** Inputs: `planes` (stacked coefficients), unperturbed inputs under their names. Outputs: what `main` reads, by name. */
  readonly prepare: Graph;
  /** Inputs: `coordinates` `[P, k]` with a leading column of ones, and what `prepare` gives or what is fed. Outputs `[P, ...]`. */
  main(population: number): Graph;
  /** Names that `main` takes besides `coordinates`: from `prepare`, or fed directly. */
  readonly prepared: readonly string[];
  readonly fed: readonly string[];
}

/** Name of the stacked coefficients of an input. */
export const planeName = (name: string): string => `plane:${name}`;
export const COORDINATES = 'coordinates';

type Role = { kind: 'still' } | { kind: 'affine'; coefficients: Tensor } | { kind: 'general' };

/**
 * @param graph results from inputs
 * @param moving names of the inputs that are affine in the coordinates
 * @param terms number of coefficients: 1 + number of directions
 * @param own names of the inputs of which every point is fed one of its own, `[P, ...shape]`
 */
export function populationGraphs(graph: Graph, moving: ReadonlySet<string>, terms: number, own: ReadonlySet<string> = new Set()): PopulationGraphs {
  const order = topologicalOrder(graph.outputs.map(({ tensor }) => tensor));
  const roles = new Map<Tensor, Role>();
  for (const node of order) roles.set(node, own.has(inputName(node) ?? '') ? { kind: 'general' } : roleOf(node, roles, moving, terms));

  // What non-linear ops (and the results) read from the other two kinds.
  const frontier = new Set<Tensor>();
  for (const node of order) if (roles.get(node)!.kind === 'general') for (const read of node.inputs) if (roles.get(read)!.kind !== 'general') frontier.add(read);
  for (const { tensor } of graph.outputs) if (roles.get(tensor)!.kind !== 'general') frontier.add(tensor);

  const taken: { node: Tensor; name: string; source: Tensor }[] = [...frontier].sort((a, b) => a.id - b.id).map((node, index) => {
    const role = roles.get(node)!;
    const source = role.kind === 'affine' ? role.coefficients : node;
    return { node, source, name: inputName(source) ?? `value:${index}` };
  });
  const given = taken.filter(({ source }) => !isConstant(source));
  const prepared = given.filter(({ source }) => inputName(source) === undefined);
  const outputs = prepared.map(({ name, source }) => ({ name, tensor: source }));

  return {
    prepare: { inputs: inputsOf(outputs.map(({ tensor }) => tensor)), outputs },
    prepared: prepared.map(({ name }) => name),
    fed: given.filter(({ source }) => inputName(source) !== undefined).map(({ name }) => name),
    main(population) {
      const coordinates = input(COORDINATES, [population, terms]);
      const values = new Map<Tensor, { value: Tensor; batched: boolean }>();
      for (const { node, name, source } of taken) {
        const read = isConstant(source) ? source : input(name, source.shape, source.dtype);
        const batched = roles.get(node)!.kind === 'affine';
        values.set(node, { value: batched ? along(coordinates, read, node.shape, population) : read, batched });
      }
      for (const node of order) {
        if (roles.get(node)!.kind !== 'general') continue;
        const inputs = node.inputs.map((read) => values.get(read)!);
        const name = inputName(node);
        values.set(node, name !== undefined ? { value: input(name, [population, ...node.shape], node.dtype), batched: true } : { value: opDefinition(node.op).batch(inputs, node.attributes, population), batched: true });
      }
      const results = graph.outputs.map(({ name, tensor }) => {
        const { value, batched } = values.get(tensor)!;
        return { name, tensor: batched ? value : concat(new Array<Tensor>(population).fill(expandDims(value, 0)), 0) };
      });
      return { inputs: [describe(coordinates), ...inputsOf(results.map(({ tensor }) => tensor)).filter(({ name }) => name !== COORDINATES)], outputs: results };
    },
  };
}

/** `sum_k coordinates[p, k] * coefficients[k]` for every point p: one product. */
function along(coordinates: Tensor, coefficients: Tensor, shape: readonly number[], population: number): Tensor {
  const terms = coefficients.shape[0]!;
  const size = shape.reduce((product, n) => product * n, 1);
  return reshape(matmul(coordinates, reshape(coefficients, [terms, size])), [population, ...shape]);
}

/** Linear in their one input that moves, whatever the others hold. */
const multilinear = new Set(['reshape', 'transpose', 'broadcastTo', 'slice', 'flip', 'neg', 'sum', 'cumsum', 'avgPool', 'stopGradient', 'mul', 'matmul', 'conv', 'convInputGrad', 'convFilterGrad']);
/** Linear in their first input while the others stand still. */
const linearInFirst = new Set(['div', 'gather']);
/** Linear in all inputs together. */
const additive = new Set(['add', 'sub', 'concat']);

function roleOf(node: Tensor, roles: ReadonlyMap<Tensor, Role>, moving: ReadonlySet<string>, terms: number): Role {
  const name = inputName(node);
  if (name !== undefined && moving.has(name)) return { kind: 'affine', coefficients: input(planeName(name), [terms, ...node.shape], node.dtype) };
  const inputs = node.inputs.map((read) => roles.get(read)!);
  if (inputs.every(({ kind }) => kind === 'still')) return { kind: 'still' };
  if (inputs.some(({ kind }) => kind === 'general') || !isLinear(node, inputs)) return { kind: 'general' };
  const lift = additive.has(node.op);
  const batch = inputs.map((role, i) => {
    if (role.kind === 'affine') return { value: role.coefficients, batched: true };
    const value = node.inputs[i]!;
    return lift ? { value: concat([expandDims(value, 0), zeros([terms - 1, ...value.shape], value.dtype)], 0), batched: true } : { value, batched: false };
  });
  return { kind: 'affine', coefficients: opDefinition(node.op).batch(batch, node.attributes, terms) };
}

function isLinear(node: Tensor, inputs: readonly Role[]): boolean {
  if (additive.has(node.op)) return true;
  const affine = inputs.filter(({ kind }) => kind === 'affine').length;
  if (affine > 1) return false;
  if (node.op === 'pad') return node.attributes['value'] === 0;
  if (linearInFirst.has(node.op)) return inputs[0]!.kind === 'affine';
  return multilinear.has(node.op);
}

const inputName = (x: Tensor): string | undefined => (x.op === 'input' ? (x.attributes['name'] as string) : undefined);

/** Whether a value needs nothing that is fed. */
const isConstant = (x: Tensor): boolean => topologicalOrder([x]).every((node) => node.op !== 'input');

function inputsOf(outputs: readonly Tensor[]): GraphInput[] {
  return topologicalOrder(outputs).filter((node) => node.op === 'input').map(describe);
}

const describe = (x: Tensor): { name: string; shape: readonly number[]; dtype: DType } => ({ name: inputName(x)!, shape: x.shape, dtype: x.dtype });
