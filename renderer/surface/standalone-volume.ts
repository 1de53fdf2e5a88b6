import { defaultLevels } from '#host-client';
import { formatNumber, levelAt, rankOf, ranked, shareWords, type SliceAxis, type SurfaceData, type VolumeLook, volumeValues } from './index';

/** What a picture of a volume is told. */
interface VolumePicture {
  setVolume(volume: VolumeLook): void;
}

/**
 * The controls of a saved volume: a slider for each level and one for the cut.
 *
 * @param asked the levels that the page was saved with
 * @returns the elements, and what to call when another quantity is shown and when the cut was moved in the picture
 */
export function volumeControls(picture: VolumePicture, data: SurfaceData, asked: readonly number[] | undefined, first: string): { elements: HTMLElement[]; quantity(name: string): void; moved(at: number): void } {
  const sliders = document.createElement('span');
  sliders.className = 'levels';
  const axes: Record<SliceAxis, Float64Array> = { x: data.x, y: data.y, z: data.z! };
  let volume: VolumeLook = { levels: [], slice: null };
  const show = (change: Partial<VolumeLook>): void => picture.setVolume((volume = { ...volume, ...change }));

  const axis = document.createElement('select');
  axis.append(...['no cut', 'x', 'y', 'z'].map((name) => new Option(name, name)));
  const place = slider('Where the cut lies', 0, 1, 'any');
  place.hidden = true;
  const cut = (): void => {
    const own = axes[axis.value as SliceAxis] as Float64Array | undefined;
    place.hidden = own === undefined;
    show({ slice: own === undefined ? null : { axis: axis.value as SliceAxis, at: own[0]! + (own.at(-1)! - own[0]!) * place.valueAsNumber } });
  };
  place.value = '0.5';
  axis.addEventListener('change', cut);
  place.addEventListener('input', cut);
  const label = document.createElement('label');
  label.append('Cut across', axis, place);

  function quantity(name: string): void {
    const values = volumeValues(data.values[name]!, [data.x.length, data.y.length, data.z!.length], 'linear');
    const ranks = values && ranked(values);
    const middle = data.values[name]![Math.floor(data.values[name]!.length / 2)]!;
    const levels = [...(name === first && asked ? asked : values ? defaultLevels(values.values, middle) : [])];
    sliders.replaceChildren(...levels.map((level, i) => {
      const box = document.createElement('label');
      const text = document.createElement('output');
      const input = slider(`Level ${i + 1}`, 0.002, 0.998, '0.002');
      input.value = String(rankOf(ranks!, level));
      const say = (): void => void (text.textContent = `${formatNumber(levels[i]!, 3)} (${shareWords(ranks!, levels[i]!)} below)`);
      input.addEventListener('input', () => {
        levels[i] = levelAt(ranks!, input.valueAsNumber);
        say();
        show({ levels: [...levels] });
      });
      say();
      box.append(`Level ${i + 1}`, input, text);
      return box;
    }));
    show({ levels });
  }
  quantity(first);

  return {
    elements: [sliders, label],
    quantity,
    moved(at) {
      const own = axes[axis.value as SliceAxis];
      volume = { ...volume, slice: { axis: axis.value as SliceAxis, at } };
      place.value = String((at - own[0]!) / (own.at(-1)! - own[0]!));
    },
  };
}

function slider(name: string, min: number, max: number, step: string): HTMLInputElement {
  return Object.assign(document.createElement('input'), { type: 'range', ariaLabel: name, min: String(min), max: String(max), step });
}
