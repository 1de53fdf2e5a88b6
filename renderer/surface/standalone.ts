import { type ColorMapName, colorMapNames, type HeightScale, type Theme } from './index';
import { showComparison } from './standalone-compare';
import { readSurfaceDocument } from './standalone-data';
import { button, choice, element, save, toggle, turningHint } from './standalone-parts';
import { showSeries } from './standalone-series';
import { firstLook, type Settings } from './standalone-settings';
import { PageStage, wayChoice } from './standalone-stage';
import { pageStyle } from './standalone-style';
import { volumeControls } from './standalone-volume';

/** The script inside a saved page: reads the surface that stands in it, or several, draws them, and gives the few controls they need. */
const read = (id: string): string => document.getElementById(id)?.textContent ?? '';
const settings = JSON.parse(read('surface-settings')) as Settings;
const main = document.getElementById('surface')!;
document.head.append(element('style', { textContent: pageStyle }));

const dark = window.matchMedia('(prefers-color-scheme: dark)');
const theme = (): Theme => (settings.theme === 'system' ? (dark.matches ? 'dark' : 'light') : settings.theme);
const showTheme = (): void => void (document.documentElement.dataset['theme'] = theme());
showTheme();

const [several, series] = [read('surfaces-data'), read('series-data')];
const setTheme =
  several !== ''
    ? showComparison(main, JSON.parse(several) as Parameters<typeof showComparison>[1], settings, theme())
    : series !== ''
      ? showSeries(main, JSON.parse(series) as Parameters<typeof showSeries>[1], settings, theme())
      : showSurface();
dark.addEventListener('change', () => {
  showTheme();
  setTheme(theme());
});

function showSurface(): (theme: Theme) => void {
  const saved = readSurfaceDocument(read('surface-data'));
  const place = element('div', { className: 'stage' });
  const bar = element('form', { className: 'bar' });
  main.replaceChildren(element('header', {}, element('h1', { textContent: saved.title }), element('p', { textContent: saved.subtitle })), place, bar);
  const is3d = saved.data.y.length > 1;
  let volume: ReturnType<typeof volumeControls> | undefined;
  const shown = new PageStage(place, saved.data, {
    label: `${settings.quantity} of ${saved.title}: ${saved.subtitle}. The numbers can be saved as CSV.`,
    look: firstLook(settings, theme()),
    map: settings.shown === 'map',
    onSlice: (at) => volume?.moved(at),
  });
  let { quantity, scale } = settings;
  let marked = true;
  // Valleys are those of the heights that were shown when the page was saved.
  const mark = (): void => shown.setMarks(marked && quantity === settings.quantity && scale === settings.scale ? (settings.marks ?? []) : []);
  mark();
  bar.append(
    choice('Quantity', saved.quantities, quantity, (next) => {
      quantity = next;
      shown.setLook({ quantity });
      volume?.quantity(quantity);
      mark();
    }),
    choice(saved.data.z ? 'Scale' : 'Height', ['linear', 'log'], scale, (next) => {
      scale = next as HeightScale;
      shown.setLook({ scale });
      mark();
    }),
  );
  if (saved.data.chosen) bar.append(toggle('Points', (points) => shown.setLook({ points }), settings.points));
  const hint = turningHint();
  if (is3d) {
    if (!saved.data.z) bar.append(wayChoice([shown], [hint], settings.shown));
    bar.append(choice('Colours', colorMapNames, settings.colorMap, (colorMap) => shown.setLook({ colorMap: colorMap as ColorMapName })));
    if (!saved.data.z) bar.append(toggle('Contours', (contours) => shown.setLook({ contours }), settings.contours));
    if ('setVolume' in shown.picture) {
      volume = volumeControls(shown.picture, saved.data, settings.levels, settings.quantity);
      bar.append(...volume.elements);
    }
    if (settings.marks && settings.marks.length > 0) {
      bar.append(toggle('Valleys', (on) => {
        marked = on;
        mark();
      }));
    }
    if (saved.data.trajectory) bar.append(toggle('Path', (path) => shown.setLook({ path }), settings.path));
    bar.append(button('Reset view', () => shown.picture.resetView()));
  }
  bar.append(
    button('Save picture', async () => save(await shown.picture.picture(2400, 1800, { title: saved.title, subtitle: saved.subtitle }), saved.title, 'png')),
    button('Save CSV', () => save(new Blob([saved.csv], { type: 'text/csv' }), saved.title, 'csv')),
  );
  if (is3d) bar.append(hint);
  return (next) => shown.setLook({ theme: next });
}
