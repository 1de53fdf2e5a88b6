import { listBlocks, proposedBlocks } from '#core/blocks';
import type { DataSpecification, PreparedDataset } from '#core/data';
import { resolveSpecification } from './compose';
import { sourceTitle } from './source-title';
import { runSpecificationSchema, type RunSpecification } from './specification/schema';

/**
 * A good first run for a data set: the usual network for its kind of input (the catalogue's first that takes it), the
 * optimizer that the catalogue proposes, batches that give a few dozen steps an epoch, and as many epochs as make some thousand steps.
 */
export function proposeRun(data: DataSpecification, dataset: PreparedDataset): RunSpecification {
  const examples = dataset.train.count;
  const batchSize = Math.min(examples, powerOfTwo(examples / 40, 8, 128));
  const stepsPerEpoch = Math.ceil(examples / batchSize);
  const epochs = Math.max(5, Math.min(100, Math.round(3000 / stepsPerEpoch)));
  const model = listBlocks('architectures').filter(({ inputs }) => inputs?.includes(dataset.input) ?? true);
  // A network made for this input alone (a convolutional one for pictures) goes before one that takes everything.
  const fitting = model.find(({ inputs }) => inputs?.length === 1) ?? model[0];
  // One that needs no tuning: nobody has looked at these data yet.
  const [optimizer] = proposedBlocks('optimizers', dataset.task);
  const specification = runSpecificationSchema.parse({
    name: sourceTitle(data.source).replace(/\.[^.]+$/, ''),
    data,
    model: { use: fitting?.use ?? '' },
    ...(optimizer !== undefined && { optimizer: { use: optimizer } }),
    training: { epochs, batchSize },
  });
  return resolveSpecification(specification, dataset);
}

function powerOfTwo(wanted: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, 2 ** Math.round(Math.log2(Math.max(1, wanted)))));
}

