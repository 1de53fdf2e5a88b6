import type { DataSpecification, HostClient, ModelFile, RunSpecificationDocument } from '#host-client';
import { isDocument } from '../../components/schema/value';

/** What is done with a model on the data that are open. */
export interface Use {
  /** Passes over the data; 0 only judges the network as it is. */
  epochs: number | null;
  /** Inputs brought to mean 0 and deviation 1, or as they stand in the data: what an imported network expects. */
  standardize: boolean;
}

/** The specification of a run that uses a model on data: the proposed one with the model's network, or with its weights. */
export async function specificationWith(client: HostClient, model: ModelFile, data: DataSpecification, use: Use, present: RunSpecificationDocument | null): Promise<RunSpecificationDocument> {
  const prepared = model.kind === 'onnx' ? { ...data, standardize: use.standardize } : data;
  const proposed = model.kind === 'safetensors' && present !== null ? present : await client.specifications.propose({ data: prepared });
  const training = isDocument(proposed.training) ? proposed.training : {};
  return {
    ...proposed,
    name: model.name.replace(/\.[^.]+$/, ''),
    ...(model.kind === 'onnx' ? { model: { ...model.block } } : { weights: { file: model.path } }),
    ...(use.epochs !== null && { training: { ...training, epochs: use.epochs } }),
  };
}
