import { type CriticalMark, drawSurface, type SceneOptions, type SurfaceData, type SurfaceLook, type SurfacePicture } from './index';
import { choice } from './standalone-parts';
import type { Settings } from './standalone-settings';

export interface PageStageOptions extends SceneOptions {
  /** Whether a plane is first seen from above. */
  readonly map?: boolean;
}

/** Where a saved page draws a surface: in space, or from above. The way is changed by drawing anew; the look stays. */
export class PageStage {
  picture: SurfacePicture;
  readonly #container: HTMLElement;
  readonly #data: SurfaceData;
  readonly #options: PageStageOptions;
  readonly #drawn: (picture: SurfacePicture) => () => void;
  #look: Partial<SurfaceLook>;
  #marks: readonly CriticalMark[] = [];
  #gone: () => void;

  /** @param drawn told of each picture; returns what is done when another takes its place */
  constructor(container: HTMLElement, data: SurfaceData, options: PageStageOptions, drawn: (picture: SurfacePicture) => () => void = () => () => undefined) {
    [this.#container, this.#data, this.#options, this.#drawn, this.#look] = [container, data, options, drawn, { ...options.look }];
    this.picture = drawSurface(container, data, options, options.map);
    this.#gone = drawn(this.picture);
  }

  setLook(look: Partial<SurfaceLook>): void {
    this.#look = { ...this.#look, ...look };
    this.picture.setLook(look);
  }

  setMarks(marks: readonly CriticalMark[]): void {
    this.#marks = marks;
    if ('setMarks' in this.picture) this.picture.setMarks(marks);
  }

  showMap(map: boolean): void {
    this.#gone();
    this.picture.dispose();
    this.picture = drawSurface(this.#container, this.#data, { ...this.#options, look: this.#look }, map);
    this.#gone = this.#drawn(this.picture);
    this.setMarks(this.#marks);
  }
}

/**
 * The choice between a surface in space and a map, where there are planes to be seen; `turning` is of no use for a map.
 *
 * @param first the way that the stages show now
 */
export function wayChoice(stages: readonly PageStage[], turning: readonly HTMLElement[], first: Settings['shown']): HTMLLabelElement {
  const hide = (way: string): void => {
    for (const each of turning) each.hidden = way === 'map';
  };
  hide(first);
  return choice('Shown as', ['surface', 'map'], first, (way) => {
    for (const stage of stages) stage.showMap(way === 'map');
    hide(way);
  });
}
