import { alignGraphs, streamKeys, withoutSimplifying } from '#core/graph';
import type { Graph } from '#core/graph';
import type { TrainingData } from '../data';
import { traceStep } from '../step';
import { stepShapes } from '../step-source';
import type { StepSource } from '../step-source';
import { populated, stackedShapes } from './members';
import type { Member, Variant } from './members';

const traceVariant = (variant: Variant, data: TrainingData, batch: number, examples: number) =>
  traceStep({ ...variant, gradientClip: variant.training.gradientClip }, stepShapes(data, batch, examples));

/**
 * Which variants one program can train together: those whose steps differ in numbers only. A weight decay of 0 is a program
 * without weight decay, for instance. Each list holds places of variants, in order.
 */
export function programsOf(variants: readonly Variant[], data: TrainingData): number[][] {
  const traces = (): Graph[] => variants.map((variant) => traceVariant(variant, data, variant.training.batchSize, data.train.count).graph);
  const found = alike(traces());
  return found.length === 1 ? found : alike(withoutSimplifying(traces));
}

/** The places of graphs that differ in numbers only. */
function alike(graphs: readonly Graph[]): number[][] {
  const found: number[][] = [];
  graphs.forEach((graph, place) => {
    const known = found.find(([first]) => alignGraphs([graphs[first!]!, graph]) !== undefined);
    if (known === undefined) found.push([place]);
    else known.push(place);
  });
  return found;
}

/**
 * The step of a population: state, loss, gradient norm and outputs with the members as axis 0. The batch is shared (the first
 * layer then multiplies it once for all), or each member has its own rows, one member's after another's.
 */
export function populationStep(variants: readonly Variant[], members: readonly Member[], data: TrainingData, ownOrder: boolean): StepSource {
  const seeds = members.map(({ seed }) => seed);
  const { model, optimizer } = variants[members[0]!.variant]!;
  return {
    shapes: {
      parameters: stackedShapes(model.parameters, members.length),
      buffers: stackedShapes(model.buffers, members.length),
      optimizer: stackedShapes(optimizer.initialState(model.parameters), members.length),
    },
    trace(rows, examples) {
      const batch = ownOrder ? rows / members.length : rows;
      let streams: readonly string[] = [];
      const step = populated(variants, members, (variant) => {
        const traced = traceVariant(variant, data, batch, examples);
        streams = traced.streams;
        return traced.graph;
      }, (name) => /^(parameters|buffers|optimizer|random)\./.test(name) || name === 'learningRate' || (ownOrder && name === 'rows'));
      return { ...step, streams };
    },
    key: (stream, step) => streamKeys(seeds, stream, step),
  };
}
