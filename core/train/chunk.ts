import { input, scan, substitute, type Graph, type GraphInput, type Tensor } from '#core/graph';

/** Several steps in one program: what they are fed and what they give. */
export interface ChunkGraph {
  readonly graph: Graph;
  /** Inputs that hold one entry a step on axis 0; the others are as those of a single step. */
  readonly perStep: readonly string[];
}

/**
 * `steps` training steps as one program: a loop that carries the state. Outputs named like inputs are the state and come out as
 * after the last step; all others are stacked over the steps. A step computes what a single step computes, number by number.
 *
 * @param perStep whether an input changes from step to step: rows, learning rate, step number, random keys
 */
export function chunkGraph(graph: Graph, steps: number, perStep: (name: string) => boolean): ChunkGraph {
  const state = new Set(graph.outputs.map(({ name }) => name).filter((name) => graph.inputs.some((x) => x.name === name)));
  const own = (x: GraphInput): Tensor => input(x.name, x.shape, x.dtype);
  const changing = graph.inputs.filter(({ name }) => !state.has(name) && perStep(name)).map((x) => ({ ...x, shape: [steps, ...x.shape] }));
  const carried = graph.inputs.filter(({ name }) => state.has(name));
  const recordOf = (list: readonly GraphInput[], make: (x: GraphInput) => Tensor): Record<string, Tensor> => Object.fromEntries(list.map((x) => [x.name, make(x)]));
  const [last, results] = scan(
    (carry: Record<string, Tensor>, each: Record<string, Tensor>): [Record<string, Tensor>, Record<string, Tensor>] => {
      const given = new Map<Tensor, Tensor>(graph.inputs.flatMap((x) => {
        const value = carry[x.name] ?? each[x.name];
        return value === undefined ? [] : [[own(x), value] as const];
      }));
      const values = substitute(graph.outputs.map(({ tensor }) => tensor), given);
      const named = graph.outputs.map(({ name }, i) => [name, values[i]!] as const);
      const next = Object.fromEntries(named);
      return [recordOf(carried, ({ name }) => next[name]!), Object.fromEntries(named.filter(([name]) => !state.has(name)))];
    },
    recordOf(carried, own),
    recordOf(changing, own),
    { length: steps },
  );
  const outputs = [last, results].flatMap((tree) => Object.entries(tree)).map(([name, tensor]) => ({ name, tensor }));
  return {
    graph: { inputs: graph.inputs.map((x) => changing.find(({ name }) => name === x.name) ?? x), outputs },
    perStep: changing.map(({ name }) => name),
  };
}
