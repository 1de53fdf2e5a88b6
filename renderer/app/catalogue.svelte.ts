import type { BlockDescription, HostClient } from '#host-client';
import { words } from '../components/schema/read-schema';

/** The catalogue's entries, for the names people read where only the name in a specification is known. */
class Catalogue {
  blocks = $state.raw<readonly BlockDescription[]>([]);

  async load(client: HostClient): Promise<void> {
    this.blocks = await client.blocks.list();
  }

  /** `macro-f1` as `Macro-F1`; a name that is no entry's, in words. */
  title(use: string): string {
    return this.blocks.find((block) => block.use === use)?.title ?? words(use);
  }

  /** Of a measure in a run: `hessian-top-2` is the second of its kind. */
  measureTitle(name: string): string {
    const [, use = name, number] = /^(.+?)(?:-(\d+))?$/.exec(name) ?? [];
    return number === undefined ? this.title(use) : `${this.title(use)}, ${number}`;
  }
}

export const catalogue = new Catalogue();
