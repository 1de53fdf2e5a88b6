import { sizeOf, stridesOf } from '#core/graph';
import { forEachIndex, offset } from './value';

export interface Window {
  readonly stride: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly dilation: readonly number[];
}

/**
 * All meetings of windows and pixels: `visit(pixel, tap, place)` with the flat positions of the pixel in the image, of the tap
 * in the window and of the window in the result. Taps on the padding are left out.
 */
export function forEachTap(
  image: readonly number[],
  kernel: readonly number[],
  result: readonly number[],
  { stride, padding, dilation }: Window,
  visit: (pixel: number, tap: number, place: number) => void,
): void {
  const strides = stridesOf(image);
  const pixel = new Array<number>(image.length);
  const taps = sizeOf(kernel) === 0 ? [] : kernel;
  forEachIndex(result, (at, place) => {
    forEachIndex(taps, (k, tap) => {
      for (let i = 0; i < image.length; i++) {
        const position = at[i]! * stride[i]! - padding[i]![0] + k[i]! * dilation[i]!;
        if (position < 0 || position >= image[i]!) return;
        pixel[i] = position;
      }
      visit(offset(pixel, strides), tap, place);
    });
  });
}
