import { PopulationTrainer, type Member, type PopulationEvent, type PopulationState, type TrainingData } from '#core/train';
import { variantFor, type Specification } from '../problem';

export interface PopulationCase {
  variants: Specification[];
  members: Member[];
  orderSeed?: number;
  sharesMemory?: boolean;
}

/** A population on the processor with one thread. */
export function populationFor(data: TrainingData, { variants, ...rest }: PopulationCase): Promise<PopulationTrainer> {
  return PopulationTrainer.create({ variants: variants.map((each) => variantFor(data, each)), data, compile: { device: 'cpu', threads: 1 }, ...rest });
}

/** Everything a population told. */
export interface PopulationStory {
  /** `[step][member]` */
  losses: Float64Array[];
  norms: Float64Array[];
  rates: Float64Array[];
  epochs: Extract<PopulationEvent, { kind: 'epoch' }>[];
  ended: Extract<PopulationEvent, { kind: 'ended' }>['members'];
  checkpoints: Extract<PopulationEvent, { kind: 'checkpoint' }>[];
  end: Extract<PopulationEvent, { kind: 'end' }> | undefined;
  last: PopulationState | undefined;
}

export async function followPopulation(events: AsyncIterable<PopulationEvent>, watch?: (event: PopulationEvent) => void): Promise<PopulationStory> {
  const story: PopulationStory = { losses: [], norms: [], rates: [], epochs: [], ended: [], checkpoints: [], end: undefined, last: undefined };
  for await (const event of events) {
    if (event.kind === 'steps') {
      for (const { loss, gradientNorm, learningRate } of event.steps) {
        story.losses.push(loss);
        story.norms.push(gradientNorm);
        story.rates.push(learningRate);
      }
    } else if (event.kind === 'epoch') story.epochs.push(event);
    else if (event.kind === 'ended') story.ended.push(...event.members);
    else if (event.kind === 'end') story.end = event;
    else if (event.kind === 'checkpoint') {
      story.checkpoints.push(event);
      story.last = event.state;
    }
    watch?.(event);
  }
  return story;
}

export async function trainPopulation(data: TrainingData, options: PopulationCase): Promise<PopulationStory> {
  const trainer = await populationFor(data, options);
  try {
    return await followPopulation(trainer.run());
  } finally {
    await trainer.dispose();
  }
}

/** One member's rows of a stacked group, by name. */
export function rowsOf(group: PopulationState['parameters'], member: number): Record<string, number[]> {
  return Object.fromEntries(Object.entries(group).map(([name, { shape, data }]) => {
    const size = data.length / shape[0]!;
    return [name, Array.from((data as Float32Array).subarray(member * size, (member + 1) * size))];
  }));
}
