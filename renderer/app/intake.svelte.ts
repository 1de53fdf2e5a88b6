import type { DatasetSummary } from '#host-client';
import { host } from '../host.svelte';
import { shell, type OnProgress } from '../shell';
import { askedPath, askedSurface } from './asked-again.svelte';
import { draft } from './draft.svelte';
import { router } from './router.svelte';

/** A view that waits for a file. */
interface Expected {
  pattern: RegExp;
  /** said while a file hovers over the window */
  what: string;
  take: (path: string) => void;
}

/** How files enter the window: dropped, chosen or taken from the recent ones. The bytes never pass through the page's memory. */
class Intake {
  /** what a dropped file is taken for while a view waits for one */
  #expected = $state.raw<Expected | null>(null);

  /** what is going on, for the overlay: travelling bytes, then reading */
  busy = $state<{ what: string; share: number | null } | null>(null);
  /** the last thing that could not be read, until something else is opened */
  failure = $state.raw<{ what: string; error: unknown } | null>(null);

  async drop(dropped: DataTransfer): Promise<void> {
    await this.#take('the dropped files', (onProgress) => shell.pathsOf(dropped, onProgress), true);
  }

  /** What a dropped file would be opened as. */
  get takes(): string {
    return this.#expected?.what ?? 'A table, a folder or archive of pictures, IDX or NumPy arrays; an ONNX model or safetensors weights; an exported surface or path';
  }

  /** Until the function that is returned is called, a dropped file of this kind goes to `take`. */
  expect(expected: Expected): () => void {
    this.#expected = expected;
    return () => {
      if (this.#expected === expected) this.#expected = null;
    };
  }

  async chooseFiles(): Promise<void> {
    await this.#take('the chosen file', (onProgress) => shell.chooseFiles({ title: 'Open data' }, onProgress));
  }

  async chooseFolder(): Promise<void> {
    await this.#take('the chosen folder', async (onProgress) => {
      const folder = await shell.chooseFolder({ title: 'Open a folder of data' }, onProgress);
      return folder === undefined ? [] : [folder];
    });
  }

  async path(path: string): Promise<void> {
    await this.#take(nameOf(path), () => Promise.resolve([path]));
  }

  /** Makes a toy data set and shows it. */
  async generate(parameters: { use: string; [field: string]: unknown }): Promise<void> {
    await this.#watch('the generator', async () => this.#show(await host.client.datasets.generate(parameters)));
  }

  async #take(what: string, paths: (onProgress: OnProgress) => Promise<string[]>, dropped = false): Promise<void> {
    await this.#watch(what, async () => {
      const [path, ...others] = await paths((sent, total) => (this.busy = { what: 'Copying to the engine', share: total > 0 ? sent / total : null }));
      if (path === undefined) return;
      if (others.length > 0) {
        throw new Error(`${others.length + 1} files were given; Basin opens one data set at a time. Put pictures into one folder per class and drop the folder.`);
      }
      if (dropped && this.#expected?.pattern.test(path)) {
        this.#expected.take(path);
        return;
      }
      this.busy = { what: `Reading ${nameOf(path)}`, share: null };
      if (isModel(path)) {
        router.go('model', path);
        return;
      }
      if (mayHoldRecipe(path) && (await this.#again(path))) return;
      this.#show(await host.client.datasets.open({ path }));
    });
  }

  /** Opens the view that computes a recipe's surface or path again; false: the file holds no recipe. */
  async #again(path: string): Promise<boolean> {
    const surface = await host.client.surfaces.fromRecipe({ path });
    if (surface) {
      askedSurface.ask(surface);
      router.go('landscape', surface.run);
      return true;
    }
    const between = await host.client.paths.fromRecipe({ path });
    if (!between) return false;
    askedPath.ask(between);
    router.go('landscape', between.run, 'paths');
    return true;
  }

  async #watch(what: string, work: () => Promise<void>): Promise<void> {
    this.failure = null;
    this.busy = { what: 'Opening', share: null };
    try {
      await work();
    } catch (error) {
      this.failure = { what, error };
      router.go('home');
    } finally {
      this.busy = null;
    }
  }

  #show(summary: DatasetSummary): void {
    draft.openDataset(summary);
    router.go('data', summary.id);
  }
}

/** Networks and weights have a page of their own. */
const isModel = (path: string): boolean => /\.(onnx|safetensors)$/i.test(path);

/** Exports carry the recipe of their surface or path; what else has these endings the engine tells by what it holds. */
const mayHoldRecipe = (path: string): boolean => /\.(json|png|svg|pdf|html|gltf)$/i.test(path);

function nameOf(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}

export const intake = new Intake();
