import { sigmoid, UserError } from '#core/graph';
import type { Part } from '#core/train';
import type { CheckpointName } from '../folder/checkpoints';
import { compileNetwork, networkFeeds } from './apply-network';
import type { OpenRun } from './open-run';

/** Examples beside what an autoencoder makes of them, in the data's own units. */
export interface Restored {
  count: number;
  /** `[channels, height, width]`, `[steps, features]` or `[features]`. */
  shape: number[];
  /** `[count, ...shape]` */
  original: Float32Array;
  restored: Float32Array;
}

/** The first `count` examples of a part, restored by a run's network. @throws UserError where the run restores nothing */
export async function restoredExamples(run: OpenRun, part: Pick<Part, 'x' | 'count'>, checkpoint: CheckpointName, count: number): Promise<Restored> {
  const { data, file, parts: { loss } } = run;
  if (data.task !== 'reconstruction') {
    throw new UserError('restored.task', `Run "${file.name}" restores no examples: its task is ${data.task}.`, { hint: 'Train an autoencoder, with data.task "reconstruction".' });
  }
  const size = data.exampleShape.reduce((a, b) => a * b, 1);
  const shown = Math.min(count, part.count);
  const program = await compileNetwork(run, shown, (output) => (loss.link === 'sigmoid' ? sigmoid(output) : output));
  try {
    const x = part.x.subarray(0, shown * size);
    const result = await program.run({ ...networkFeeds(run, run.weights(checkpoint).tensors), x, place: Int32Array.of(0) });
    const output = Float32Array.from((await result['output']!.read()) as Float32Array);
    for (const array of Object.values(result)) array.dispose();
    const own = ownUnits(run);
    return { count: shown, shape: [...data.exampleShape], original: x.map((value, at) => own(value, at % size)), restored: output.map((value, at) => own(value, at % size)) };
  } finally {
    await program.dispose();
  }
}

/** Takes the standardization back; `place` is the number's place in its example. */
function ownUnits({ data }: OpenRun): (value: number, place: number) => number {
  const { transform, exampleShape } = data;
  switch (transform.input) {
    case 'image': {
      const plane = exampleShape[1]! * exampleShape[2]!;
      return (value, place) => value * transform.scale[Math.floor(place / plane)]! + transform.mean[Math.floor(place / plane)]!;
    }
    case 'sequence': return (value, place) => value * transform.scale[place % transform.scale.length]! + transform.mean[place % transform.mean.length]!;
    default: return (value) => value;
  }
}
