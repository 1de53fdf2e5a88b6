import type { PlanePoint, SceneView } from './data';
import type { SurfacePicture } from './index';

/**
 * Pictures that are looked at together: what is turned or pointed at in one is turned and pointed at in all. Each picture tells what
 * happens in it through `turned` and `pointed`.
 */
export class LinkedPictures {
  readonly #pictures = new Set<SurfacePicture>();
  #pointing = false;
  cameras = true;

  /** @returns takes the picture out again */
  add(picture: SurfacePicture): () => void {
    const other = [...this.#pictures][0];
    this.#pictures.add(picture);
    if (this.cameras && other && 'view' in other && 'setView' in picture) picture.setView(other.view());
    return () => this.#pictures.delete(picture);
  }

  /** Turns all others as this one is. */
  turned(by: SurfacePicture | undefined, view: SceneView): void {
    if (!this.cameras) return;
    for (const picture of this.#pictures) if (picture !== by && 'setView' in picture) picture.setView(view);
  }

  /** Points at the same place of every plane. */
  pointed(by: SurfacePicture | undefined, place: PlanePoint | undefined): void {
    // The others answer with a reading of their own, which is no news to the rest.
    if (this.#pointing) return;
    this.#pointing = true;
    for (const picture of this.#pictures) if (picture !== by && 'pointAt' in picture) picture.pointAt(place);
    this.#pointing = false;
  }

  /** The first view again, in all. */
  reset(): void {
    for (const picture of this.#pictures) picture.resetView();
  }
}

/** Lowest and highest finite value of one quantity over several surfaces; for a logarithm the lowest is above zero. */
export function sharedExtent(surfaces: readonly { readonly values: Readonly<Record<string, Float64Array>> }[], quantity: string, scale: 'linear' | 'log'): readonly [number, number] | null {
  let [low, high] = [Infinity, -Infinity];
  for (const { values } of surfaces) {
    for (const value of values[quantity] ?? []) {
      if (!Number.isFinite(value) || (scale === 'log' && !(value > 0))) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low <= high ? [low, high] : null;
}
