import { type ColorMapName, colorMapNames, type HeightScale, LinkedPictures, sharedExtent, type SurfaceLook, type Theme } from './index';
import { readSurfaceDocument } from './standalone-data';
import { button, choice, element, toggle, turningHint } from './standalone-parts';
import { firstLook, type Settings } from './standalone-settings';
import { PageStage, wayChoice } from './standalone-stage';

interface Compared {
  title: string;
  figures: string;
  surface: unknown;
}

/** Several surfaces on one page, turned and pointed at together. @returns shows them in another theme */
export function showComparison(main: HTMLElement, compared: readonly Compared[], settings: Settings, theme: Theme): (theme: Theme) => void {
  const surfaces = compared.map(({ surface, ...facts }) => ({ ...facts, saved: readSurfaceDocument(JSON.stringify(surface)) }));
  const linked = new LinkedPictures();
  const is3d = surfaces.every(({ saved }) => saved.data.y.length > 1);
  let look = firstLook(settings, theme);
  let { shared } = settings;
  const extent = (): SurfaceLook['extent'] => (shared ? sharedExtent(surfaces.map(({ saved }) => saved.data), look.quantity, look.scale) : null);
  const panes = element('div', { className: `panes panes-${surfaces.length}` });
  const bar = element('form', { className: 'bar' });
  main.replaceChildren(element('header', {}, element('h1', { textContent: document.title })), panes, bar);
  const stages = surfaces.map(({ title, figures, saved }) => {
    const stage = element('div', { className: 'stage' });
    panes.append(element('section', { ariaLabel: title }, element('h2', { textContent: title }), element('p', { textContent: `${saved.subtitle} · ${figures}` }), stage));
    const shown: PageStage = new PageStage(stage, saved.data, {
      label: `${look.quantity} of ${title}: ${saved.subtitle}`,
      look: { ...look, extent: extent() },
      map: settings.shown === 'map',
      onPointer: (reading) => linked.pointed(shown.picture, reading),
      onView: (view) => linked.turned(shown.picture, view),
    }, (picture) => linked.add(picture));
    return shown;
  });
  const change = (part: Partial<SurfaceLook>): void => {
    look = { ...look, ...part };
    for (const stage of stages) stage.setLook({ ...look, extent: extent() });
  };
  const common = surfaces[0]!.saved.quantities.filter((name) => surfaces.every(({ saved }) => saved.quantities.includes(name)));
  bar.append(choice('Quantity', common, settings.quantity, (quantity) => change({ quantity })), choice('Height', ['linear', 'log'], settings.scale, (scale) => change({ scale: scale as HeightScale })));
  if (surfaces.some(({ saved }) => saved.data.chosen)) bar.append(toggle('Points', (points) => change({ points }), settings.points));
  const [hint, camera] = [turningHint(), toggle('One camera', (on) => (linked.cameras = on))];
  if (is3d) {
    bar.append(
      wayChoice(stages, [hint, camera], settings.shown),
      choice('Colours', colorMapNames, settings.colorMap, (colorMap) => change({ colorMap: colorMap as ColorMapName })),
      toggle('Contours', (contours) => change({ contours }), settings.contours),
      camera,
    );
  }
  bar.append(
    toggle('One scale', (on) => {
      shared = on;
      change({});
    }, shared),
  );
  if (is3d) bar.append(button('Reset view', () => linked.reset()), hint);
  return (next) => change({ theme: next });
}
