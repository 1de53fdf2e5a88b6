import { type ColorMapName, colorMapNames, type HeightScale, SeriesFilm, sharedExtent, type SurfaceLook, type Theme } from './index';
import { readSurfaceDocument } from './standalone-data';
import { button, choice, element, toggle } from './standalone-parts';
import { firstLook, type Settings } from './standalone-settings';
import { PageStage, wayChoice } from './standalone-stage';

interface SavedSlice {
  step: number;
  surface: unknown;
}

/** Milliseconds that the film takes from one slice to the next. */
const PACE = 700;

/** Slices over training with a slider. @returns shows them in another theme */
export function showSeries(main: HTMLElement, saved: readonly SavedSlice[], settings: Settings, theme: Theme): (theme: Theme) => void {
  const read = saved.map(({ step, surface }) => ({ step, ...readSurfaceDocument(JSON.stringify(surface)) }));
  const film = new SeriesFilm(read);
  const { quantities, subtitle } = read[0]!;
  const stage = element('div', { className: 'stage' });
  const bar = element('form', { className: 'bar' });
  main.replaceChildren(element('header', {}, element('h1', { textContent: document.title }), element('p', { textContent: subtitle })), stage, bar);
  let look = firstLook(settings, theme);
  const extent = (): SurfaceLook['extent'] => sharedExtent(film.slices.map(({ data }) => data), look.quantity, look.scale);
  const shown = new PageStage(stage, film.data, { label: `${settings.quantity} over training: ${subtitle}`, look: { ...look, extent: extent() }, map: settings.shown === 'map' });
  const change = (part: Partial<SurfaceLook>): void => {
    look = { ...look, ...part };
    shown.setLook({ ...look, extent: extent() });
  };
  const slider = element('input', { type: 'range', min: '0', max: String(film.end), step: '0.01', value: '0', ariaLabel: 'Moment of training' });
  const says = element('output', { className: 'moment' });
  const show = (position: number): void => {
    film.at(position);
    slider.value = String(position);
    slider.setAttribute('aria-valuetext', film.says(position));
    says.textContent = film.says(position);
    shown.picture.refresh();
  };
  let playing = 0;
  const play = button('Play', () => (playing ? stop() : start()));
  const stop = (): void => {
    cancelAnimationFrame(playing);
    playing = 0;
    play.textContent = 'Play';
    show(Math.round(Number(slider.value)));
  };
  const start = (): void => {
    const from = Number(slider.value) >= film.end ? 0 : Number(slider.value);
    const begun = performance.now();
    play.textContent = 'Pause';
    const turn = (now: number): void => {
      const position = Math.min(from + (now - begun) / PACE, film.end);
      show(position);
      if (position < film.end) playing = requestAnimationFrame(turn);
      else stop();
    };
    playing = requestAnimationFrame(turn);
  };
  slider.addEventListener('input', () => show(Number(slider.value)));
  bar.append(play, slider, says, choice('Quantity', quantities, settings.quantity, (quantity) => change({ quantity })), choice('Height', ['linear', 'log'], settings.scale, (scale) => change({ scale: scale as HeightScale })));
  if (read.some(({ data }) => data.chosen)) bar.append(toggle('Points', (points) => change({ points }), settings.points));
  if (film.data.y.length > 1) {
    bar.append(
      wayChoice([shown], [], settings.shown),
      choice('Colours', colorMapNames, settings.colorMap, (colorMap) => change({ colorMap: colorMap as ColorMapName })),
      toggle('Contours', (contours) => change({ contours }), settings.contours),
    );
    if (read.some(({ data }) => data.trajectory)) bar.append(toggle('Path', (path) => change({ path }), settings.path));
    bar.append(button('Reset view', () => shown.picture.resetView()));
  }
  show(0);
  return (next) => change({ theme: next });
}
