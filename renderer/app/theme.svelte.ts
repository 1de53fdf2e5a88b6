/** Dark or light: the system's word unless the user has chosen. Colours themselves are in styles/tokens.css. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const remembered = 'basin.theme';

function isChoice(value: unknown): value is ThemeChoice {
  return value === 'system' || value === 'light' || value === 'dark';
}

class Theme {
  #choice = $state<ThemeChoice>('system');
  #systemDark = $state(false);

  constructor() {
    const stored = globalThis.localStorage?.getItem(remembered);
    if (isChoice(stored)) this.#choice = stored;
    const query = globalThis.matchMedia?.('(prefers-color-scheme: dark)');
    if (!query) return;
    this.#systemDark = query.matches;
    query.addEventListener('change', () => (this.#systemDark = query.matches));
    this.#apply();
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  set choice(choice: ThemeChoice) {
    this.#choice = choice;
    localStorage.setItem(remembered, choice);
    this.#apply();
  }

  /** What is shown now; pictures drawn on a canvas are redrawn when it changes. */
  get shown(): 'light' | 'dark' {
    if (this.#choice !== 'system') return this.#choice;
    return this.#systemDark ? 'dark' : 'light';
  }

  #apply(): void {
    if (this.#choice === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.#choice;
  }

  /**
   * A token's colour as `rgb(...)` for canvas and WebGL, which cannot read `light-dark()`.
   *
   * @param token `--accent`, `--series-1`, ...
   */
  color(token: string): string {
    void this.shown;
    const probe = document.createElement('span');
    probe.style.color = `var(${token})`;
    document.body.append(probe);
    const color = getComputedStyle(probe).color;
    probe.remove();
    return color;
  }
}

export const theme = new Theme();
