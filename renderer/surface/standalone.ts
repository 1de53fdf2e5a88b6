import { type ColorMapName, colorMapNames, drawSurface, type HeightScale, type Theme } from './index';
import { readSurfaceDocument } from './standalone-data';
import { pageStyle } from './standalone-style';

/** The script inside a saved page: reads the surface that stands in it, draws it, and gives the few controls it needs. */
interface Settings {
  quantity: string;
  scale: HeightScale;
  colorMap: ColorMapName;
  theme: Theme | 'system';
}

const read = (id: string): string => document.getElementById(id)?.textContent ?? '';
const saved = readSurfaceDocument(read('surface-data'));
const settings = JSON.parse(read('surface-settings')) as Settings;
const main = document.getElementById('surface')!;
document.head.append(element('style', { textContent: pageStyle }));

const dark = window.matchMedia('(prefers-color-scheme: dark)');
const theme = (): Theme => (settings.theme === 'system' ? (dark.matches ? 'dark' : 'light') : settings.theme);
const stage = element('div', { className: 'stage' });
const bar = element('form', { className: 'bar' });
main.replaceChildren(element('header', {}, element('h1', { textContent: saved.title }), element('p', { textContent: saved.subtitle })), stage, bar);
const showTheme = (): void => void (document.documentElement.dataset['theme'] = theme());
showTheme();

const is3d = saved.data.y.length > 1;
const picture = drawSurface(stage, saved.data, {
  label: `${settings.quantity} of ${saved.title}: ${saved.subtitle}. The numbers can be saved as CSV.`,
  look: { quantity: settings.quantity, scale: settings.scale, colorMap: settings.colorMap, theme: theme() },
});
dark.addEventListener('change', () => {
  showTheme();
  picture.setLook({ theme: theme() });
});

bar.append(
  choice('Quantity', saved.quantities, settings.quantity, (quantity) => picture.setLook({ quantity })),
  choice('Height', ['linear', 'log'], settings.scale, (scale) => picture.setLook({ scale: scale as HeightScale })),
);
if (is3d) {
  bar.append(
    choice('Colours', colorMapNames, settings.colorMap, (colorMap) => picture.setLook({ colorMap: colorMap as ColorMapName })),
    toggle('Contours', (contours) => picture.setLook({ contours })),
  );
  if (saved.data.trajectory) bar.append(toggle('Path', (path) => picture.setLook({ path })));
  bar.append(button('Reset view', () => picture.resetView()));
}
bar.append(
  button('Save picture', async () => save(await picture.picture(2400, 1800, { title: saved.title, subtitle: saved.subtitle }), 'png')),
  button('Save CSV', () => save(new Blob([saved.csv], { type: 'text/csv' }), 'csv')),
);
if (is3d) bar.append(element('span', { className: 'hint', textContent: 'Drag to turn, wheel to zoom; arrow keys, + and −, 0.' }));

function save(blob: Blob, ending: string): void {
  const link = element('a', { href: URL.createObjectURL(blob), download: `${saved.title.replace(/[^\w.-]+/g, '-')}.${ending}` });
  link.click();
  URL.revokeObjectURL(link.href);
}

function element<K extends keyof HTMLElementTagNameMap>(name: K, properties: Partial<HTMLElementTagNameMap[K]>, ...children: Node[]): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function choice(label: string, options: readonly string[], chosen: string, change: (value: string) => void): HTMLLabelElement {
  const select = element('select', {}, ...options.map((option) => element('option', { value: option, textContent: option, selected: option === chosen })));
  select.addEventListener('change', () => change(select.value));
  return element('label', {}, document.createTextNode(label), select);
}

function toggle(label: string, change: (on: boolean) => void): HTMLLabelElement {
  const box = element('input', { type: 'checkbox', checked: true });
  box.addEventListener('change', () => change(box.checked));
  return element('label', {}, box, document.createTextNode(label));
}

function button(label: string, act: () => void | Promise<void>): HTMLButtonElement {
  const made = element('button', { type: 'button', textContent: label });
  made.addEventListener('click', () => void act());
  return made;
}
