import type { Tensor } from '#core/graph';
import type { OnnxBuilder } from '../../builder';
import type { Geometry } from '../conv-gradients';
import { blockedConvNode, two } from './kernel';
import { blockedImages, plane, planePadding } from './layout';

type Axes<T> = readonly [T, T];

/** The part of the padded images that a convolution's windows touch. */
export interface Reach {
  /** The convolution's, for both axes. */
  readonly stride: Axes<number>;
  readonly dilation: Axes<number>;
  /** Zeros (or, if negative, cuts) before and after the rows and the columns. */
  readonly rows: Axes<number>;
  readonly columns: Axes<number>;
  /** Length of both axes with them. */
  readonly height: number;
  readonly width: number;
}

export function windowsReach(x: Tensor, dy: Tensor, g: Geometry): Reach {
  const [stride, dilation] = [two(g.stride) as Axes<number>, two(g.dilation) as Axes<number>];
  const [image, gradient, kernel] = [plane(x.shape.slice(2)), plane(dy.shape.slice(2)), plane(g.size)];
  const low = planePadding(g.padding).map(([before]) => before) as unknown as Axes<number>;
  const length = (i: 0 | 1): number => (gradient[i] - 1) * stride[i] + (kernel[i] - 1) * dilation[i] + 1;
  const [height, width] = [length(0), length(1)];
  return { stride, dilation, rows: [low[0], height - low[0] - image[0]], columns: [low[1], width - low[1] - image[1]], height, width };
}

/** Images in blocks with zeros around them. A convolution with ones pads on all cores, ONNX Runtime's `Pad` on one. */
export function wider(x: Tensor, [top, bottom]: Axes<number>, [left, right]: Axes<number>, b: OnnxBuilder): string {
  const channels = x.shape[1]!;
  const pads = [top, left, bottom, right];
  if (pads.every((p) => p === 0)) return blockedImages(x, b);
  return b.once(`wider ${x.id} ${pads.join(' ')}`, () => {
    const unit = { kernel: [1, 1], stride: [1, 1], pads, dilation: [1, 1], groups: channels } as const;
    return [blockedConvNode([blockedImages(x, b), b.filled(1, [channels, 1, 1, 1])], unit, b)];
  })[0]!;
}
