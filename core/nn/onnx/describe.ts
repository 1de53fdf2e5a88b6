import { UserError } from '#core/graph';
import { estimate } from '#core/runtime';
import type { Shape } from '../module';
import { formatAxes } from './adapt-input';
import { meaningNotes, type OutputMeaning } from './adapt-output';
import { elementType } from './format/tensor';
import type { ValueInfo } from './format/model';
import { operatorName, type Problem } from './interpreter';
import type { OnnxModel } from './model';

/** What a file holds and whether it can be trained, as plain data. */
export interface OnnxDescription {
  /** Program and version that wrote the file. */
  producer: string;
  opsets: { domain: string; version: number }[];
  inputs: { name: string; type: string; shape: string }[];
  outputs: { name: string; type: string; shape: string }[];
  /** The output that is trained, and what its numbers are. */
  output: string;
  meaning: OutputMeaning;
  /** Names of the classes, where the file holds them. */
  classes: string[] | null;
  /** Shape of one example; null where the file leaves it open. */
  exampleShape: number[] | null;
  /** The batch that the file was exported for; null where it leaves it open. */
  fixedBatch: number | null;
  parameters: { name: string; shape: number[]; kind: string }[];
  /** Numbers that are trained. */
  parameterCount: number;
  /** Running moments and what else is not trained. */
  buffers: { name: string; shape: number[] }[];
  operators: { name: string; count: number }[];
  /** What stands in the way: empty for a model that opens. */
  unsupported: Problem[];
  /** Why it does not open, where that is not an operator's fault. */
  fault: { message: string; hint: string | null } | null;
  /** Floating-point operations for one example; null where that does not show. */
  flops: number | null;
  notes: string[];
}

const describeValue = ({ name, elementType: code, shape, kind }: ValueInfo) => ({
  name,
  type: kind === 'tensor' ? (elementType(code)?.name ?? (code === 0 ? 'any' : `type ${code}`)) : 'sequence or map',
  shape: formatAxes(shape),
});

/** Looks at a model, for one shape of examples where the file leaves it open. Problems are listed, not thrown. */
export function describeOnnx(model: OnnxModel, exampleShape: Shape | undefined = model.statedShape): OnnxDescription {
  const { file, weights } = model;
  const counts = new Map<string, number>();
  for (const node of model.nodes) counts.set(operatorName(node), (counts.get(operatorName(node)) ?? 0) + 1);
  const found = look(model, exampleShape);
  return {
    producer: file.producer,
    opsets: [...file.opsets].map(([domain, version]) => ({ domain: domain === '' ? 'ai.onnx' : domain, version })),
    inputs: model.inputs.map(describeValue),
    outputs: file.graph.outputs.map(describeValue),
    output: model.output.name,
    meaning: model.meaning,
    classes: model.classes === undefined ? null : [...model.classes],
    exampleShape: exampleShape === undefined ? null : [...exampleShape],
    fixedBatch: model.fixedBatch ?? null,
    parameters: weights.parameters.map(({ name, shape, kind }) => ({ name, shape: [...shape], kind })),
    parameterCount: weights.parameters.reduce((sum, { data }) => sum + data.length, 0),
    buffers: weights.buffers.map(({ name, shape }) => ({ name, shape: [...shape] })),
    operators: [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)),
    ...found,
  };
}

function look(model: OnnxModel, exampleShape: Shape | undefined): Pick<OnnxDescription, 'unsupported' | 'fault' | 'flops' | 'notes'> {
  const unsupported = model.unsupported;
  const nothing = { unsupported, fault: null, flops: null, notes: [] };
  if (unsupported.length > 0 || exampleShape === undefined) return nothing;
  try {
    const { module, probe } = model.module({ exampleShape });
    return { ...nothing, flops: estimate(probe.graph).flops / probe.batch, notes: [...(module.notes ?? []), ...(meaningNotes[model.meaning] === '' ? [] : [meaningNotes[model.meaning]])] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const problems = error.code === 'onnx.unsupported' ? model.problems(exampleShape) : [];
    return { ...nothing, unsupported: problems, fault: problems.length > 0 ? null : { message: error.message, hint: error.hint ?? null } };
  }
}
