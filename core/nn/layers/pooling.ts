import { avgPool, globalAveragePool, maxPool } from '#core/graph';
import type { Layer } from '../module';
import { imageShape, windowed } from './image-shape';

/** Maximum or average over a square window that moves by `stride` (its own size when not given). */
export function pooling(kind: 'max' | 'average', options: { size: number; stride?: number; padding?: number }): Layer {
  const { size, stride = size, padding = 0 } = options;
  return (inputShape) => {
    const { channels, height, width } = imageShape('pooling', inputShape);
    return {
      title: `${kind === 'max' ? 'MaxPool' : 'AveragePool'} ${size}x${size}`,
      inputShape,
      outputShape: [channels, windowed('pooling', height, size, stride, padding), windowed('pooling', width, size, stride, padding)],
      parameters: {},
      buffers: {},
      apply: (_values, buffers, x) => ({
        output: kind === 'max' ? maxPool(x, size, { stride, padding }) : avgPool(x, size, { stride, padding }),
        buffers,
      }),
    };
  };
}

/** The average of every channel over the whole picture: `[batch, channels, H, W] -> [batch, channels]`. */
export const globalAveragePooling: Layer = (inputShape) => {
  const { channels } = imageShape('global average pooling', inputShape);
  return {
    title: 'Global AveragePool',
    inputShape,
    outputShape: [channels],
    parameters: {},
    buffers: {},
    apply: (_values, buffers, x) => ({ output: globalAveragePool(x), buffers }),
  };
};
