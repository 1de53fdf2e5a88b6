/** The few controls of a saved page, which has no components to build on. */
export function element<K extends keyof HTMLElementTagNameMap>(name: K, properties: Partial<HTMLElementTagNameMap[K]>, ...children: Node[]): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export function choice(label: string, options: readonly string[], chosen: string, change: (value: string) => void): HTMLLabelElement {
  const select = element('select', {}, ...options.map((option) => element('option', { value: option, textContent: option, selected: option === chosen })));
  select.addEventListener('change', () => change(select.value));
  return element('label', {}, document.createTextNode(label), select);
}

export function toggle(label: string, change: (on: boolean) => void, checked = true): HTMLLabelElement {
  const box = element('input', { type: 'checkbox', checked });
  box.addEventListener('change', () => change(box.checked));
  return element('label', {}, box, document.createTextNode(label));
}

export function button(label: string, act: () => void | Promise<void>): HTMLButtonElement {
  const made = element('button', { type: 'button', textContent: label });
  made.addEventListener('click', () => void act());
  return made;
}

/** How a surface in space is looked at from another side. */
export const turningHint = (): HTMLSpanElement => element('span', { className: 'hint', textContent: 'Drag to turn, wheel to zoom; arrow keys, + and −, 0.' });

/** Hands a file to whoever reads the page. */
export function save(blob: Blob, title: string, ending: string): void {
  const link = element('a', { href: URL.createObjectURL(blob), download: `${title.replace(/[^\w.-]+/g, '-')}.${ending}` });
  link.click();
  URL.revokeObjectURL(link.href);
}
