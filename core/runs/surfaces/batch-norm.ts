import { spec, specsOf, trace, UserError, type Tensor } from '#core/graph';
import type { Calibration } from '#core/landscape';
import type { PreparedDataset } from '#core/data';
import type { Module } from '#core/nn';
import { z } from 'zod';
import { calibrationBatches, type Subset } from './batches';

/** Whose statistics BatchNorm takes. */
export const batchNormModes = ['evaluation', 'batch', 'recalibrated'] as const;
export const batchNormSchema = z
  .enum(batchNormModes)
  .describe('evaluation: the running statistics that the training left; batch: those of each batch; recalibrated: running statistics taken anew with the weights of each point');
export type BatchNormMode = z.infer<typeof batchNormSchema>;

/** Names of the buffers that hold running statistics; none: the network has no BatchNorm, or one that is fixed. */
export function statisticsOf({ parameters, buffers, inputShape, apply }: Module): string[] {
  const found: string[] = [];
  if (Object.keys(buffers).length === 0) return found;
  trace(
    (args: { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; x: Tensor }) => {
      const result = apply(args.parameters, args.buffers, args.x, { train: false, gatherStatistics: true });
      found.push(...Object.keys(buffers).filter((name) => result.buffers[name] !== args.buffers[name]));
      return result.output;
    },
    { parameters: specsOf(parameters), buffers: specsOf(buffers), x: spec([2, ...inputShape]) },
  );
  return found;
}

/** @throws UserError when the mode says nothing for this network */
export function checkBatchNorm(model: Module, mode: BatchNormMode): void {
  if (mode === 'evaluation' || statisticsOf(model).length > 0) return;
  const fixed = Object.keys(model.buffers).length > 0;
  throw new UserError('surface.batch-norm', `BatchNorm "${mode}" was asked for, but this network ${fixed ? 'keeps its BatchNorm statistics fixed' : 'has no BatchNorm'}.`, {
    hint: fixed ? 'Leave it at "evaluation". An ONNX model has statistics that move where its run was trained with --batch-norm batch, or its specification says "model": { "use": "onnx", "batchNorm": "batch", ... }.' : 'Leave it at "evaluation".',
  });
}

/**
 * Running statistics taken anew from training examples, as many as the subset says (Izmailov et al. 2018; Garipov et al. 2018).
 */
export function recalibration(model: Module, data: PreparedDataset, subset: Subset | null): Calibration {
  const names = statisticsOf(model);
  const { batches, size } = calibrationBatches(data, subset);
  return {
    batches,
    x: { shape: [size, ...data.exampleShape], dtype: 'float32' },
    names,
    statistics: (parameters, buffers, x) => model.apply(parameters, buffers, x, { train: false, gatherStatistics: true }).buffers,
  };
}
