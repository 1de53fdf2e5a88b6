import { loopPlan, type Tensor } from '#core/graph';
import type { LoweringTable } from '../builder';
import type { OnnxValue } from '../model';

const value = (x: Tensor, name: string): OnnxValue => ({ name, dtype: x.dtype, shape: x.shape });

/**
 * A loop is ONNX's `Scan`: slices of the sequences and stacks of the results are read and written in place. Constants are read from
 * the graph around the body.
 */
export const loop: LoweringTable = {
  loop(node, inputs, b) {
    const plan = loopPlan(node, b.users(node));
    const outputs = [...plan.next, ...plan.stacks];
    const body = b.body(outputs);
    for (const i of plan.consts) {
      b.capture(inputs[i]!);
      body.bind(plan.inputs[i]!, inputs[i]!);
    }
    const stepInputs = [...plan.carries, ...plan.sequences].map((i): OnnxValue => {
      const name = b.fresh('step');
      body.bind(plan.inputs[i]!, name);
      return value(plan.inputs[i]!, name);
    });
    const sequences = plan.sequences.map((i) => inputs[i]!);
    if (sequences.length === 0) {
      // Scan counts its steps along a sequence.
      stepInputs.push({ name: b.fresh('step'), dtype: 'float32', shape: [] });
      sequences.push(b.filled(0, [plan.length]));
    }
    for (const x of outputs) body.lower(x);
    const stepOutputs = outputs.map((x): OnnxValue => {
      const name = b.fresh('next');
      body.output(body.lower(x), name);
      return value(x, name);
    });
    body.prune(stepOutputs.map(({ name }) => name));
    const direction = Number(plan.reverse);
    const results = b.emitAll(
      'Scan',
      [...plan.carries.map((i) => inputs[i]!), ...sequences],
      {
        body: { graph: { name: b.fresh('body'), nodes: body.nodes, initializers: body.initializers, values: body.values, inputs: stepInputs, outputs: stepOutputs } },
        num_scan_inputs: sequences.length,
        scan_input_directions: sequences.map(() => direction),
        ...(plan.stacks.length === 0 ? {} : { scan_output_directions: plan.stacks.map(() => direction) }),
      },
      { outputs: outputs.length },
    );
    for (const [reader, place] of plan.results) b.bind(reader, results[place]!);
    return '';
  },
  // Named by their loop.
  loopFinal: (node, _, b) => b.lower(node),
  loopStack: (node, _, b) => b.lower(node),
};
