import type * as TensorFlow from '@tensorflow/tfjs-core';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { restoreRemovedNodeFunctions } from './removed-node-functions';

/** TensorFlow.js as one of its packages brings it. */
export interface Library {
  readonly tf: typeof TensorFlow;
  /** `@tensorflow/tfjs-node-gpu`, `@tensorflow/tfjs-node` or `@tensorflow/tfjs-core`. */
  readonly source: string;
  /** What computes, best first: `tensorflow` is the native library. */
  readonly backends: readonly Backend[];
  /** The native library computes on a CUDA device. */
  readonly gpu: boolean;
  /** Why a better package was passed over. */
  readonly passedOver: readonly string[];
}

export type Backend = 'tensorflow' | 'wasm' | 'cpu';

const nativePackages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

let loaded: Promise<Library> | undefined;

/** How packages are found and loaded; tests put stand-ins in its place. */
export interface Packages {
  /** A package's folder, `undefined` if it is not installed. */
  locate(name: string): string | undefined;
  load(name: string): unknown;
}

/** The best package that loads: the CUDA build, the native build, or plain JavaScript and WebAssembly. Loads once a process. */
export function loadTensorFlow(): Promise<Library> {
  const require = createRequire(import.meta.url);
  loaded ??= load({
    locate: (name) => require.resolve.paths(name)?.map((folder) => path.join(folder, name)).find((folder) => existsSync(folder)),
    load: (name): unknown => require(name),
  });
  return loaded;
}

export async function load(packages: Packages): Promise<Library> {
  const passedOver: string[] = [];
  for (const source of nativePackages) {
    try {
      const reason = notInstalled(packages.locate(source));
      if (reason !== undefined) throw new Error(reason);
      restoreRemovedNodeFunctions();
      const tf = packages.load(source) as typeof TensorFlow;
      const gpu = (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
      return { tf, source, backends: ['tensorflow'], gpu, passedOver };
    } catch (error) {
      passedOver.push(`${source}: ${whyNot(error)}`);
    }
  }
  return { ...(await loadPlain()), passedOver };
}

/** A package whose installation failed is there without its native library: to load it would only bring a second TensorFlow.js. */
function notInstalled(folder: string | undefined): string | undefined {
  if (folder === undefined) return 'it is not installed';
  const builds = path.join(folder, 'lib');
  const found = existsSync(builds) && readdirSync(builds).some((build) => existsSync(path.join(builds, build, 'tfjs_binding.node')));
  return found ? undefined : 'its native library was not installed';
}

/** A failure to load a native package as a person would put it. */
function whyNot(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const library = /([\w.-]+\.(?:so[\w.]*|dll|dylib)): cannot open shared object/.exec(message)?.[1];
  if (library !== undefined) return `the library ${library} is missing`;
  const part = /Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1];
  return part === undefined ? message.split('\n')[0]!.slice(0, 200) : `its part ${part} is not installed`;
}

/** A CommonJS package's exports, however the bundler or Node wraps them. */
const exportsOf = <T>(module: T): T => (module as { default?: T }).default ?? module;

async function loadPlain(): Promise<Omit<Library, 'passedOver'>> {
  const tf = exportsOf(await import('@tensorflow/tfjs-core'));
  // Without this it advises at every start to install tfjs-node.
  tf.enableProdMode();
  await import('@tensorflow/tfjs-backend-cpu');
  const wasm = exportsOf(await import('@tensorflow/tfjs-backend-wasm'));
  const folder = wasmFolder();
  const backends: Backend[] = ['cpu'];
  if (folder !== undefined) {
    wasm.setWasmPaths(folder + path.sep);
    if (await tf.setBackend('wasm')) backends.unshift('wasm');
  }
  await tf.setBackend('cpu');
  return { tf, source: '@tensorflow/tfjs-core', backends, gpu: false };
}

/** Where the WebAssembly files lie: beside the bundled program, or in the package. */
function wasmFolder(): string | undefined {
  const beside = path.join(import.meta.dirname, '..', 'tensorflow');
  if (existsSync(path.join(beside, 'tfjs-backend-wasm.wasm'))) return beside;
  try {
    return path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  } catch {
    // A program that was copied without its WebAssembly files computes in plain JavaScript; the device's details say so.
    return undefined;
  }
}
