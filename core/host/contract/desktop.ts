/** What a native dialog for files is asked. */
export interface ChooseOptions {
  title?: string;
  /** file name endings without a dot: `['csv', 'parquet']`; none means all */
  extensions?: string[];
  multiple?: boolean;
}

/**
 * What the desktop shell's preload script puts into the page as `window.basinShell`: the little that a page cannot do by
 * itself. Everything else is asked of the engine, through the port.
 */
export interface DesktopBridge {
  kind: 'desktop';
  /**
   * Asks for a port to the engine. It arrives as a `message` event of this window, from this window and of its origin,
   * with `data.basin === 'engine-port'` and one port, which serves for the page's life: when the engine ends and another
   * takes its place, the port says `interrupted` and goes on.
   */
  connect(): void;
  /** The path of a dropped or chosen file; empty for one that was made in the page. */
  pathOf(file: File): string;
  /** An empty list when the user cancels. */
  chooseFiles(options: ChooseOptions): Promise<string[]>;
  chooseFolder(options: ChooseOptions): Promise<string | undefined>;
  /** Asks where to, and writes. Nothing is written when the user cancels. */
  saveFile(name: string, bytes: Uint8Array): Promise<void>;
}
