// Puts ONNX Runtime's CUDA libraries beside its binding, all of them or none.
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { download, findPackage } from './package-feed.mjs';
import { extractFiles } from './extract.mjs';

/**
 * What onnxruntime-node's installer knows (its `script/install-metadata.js`).
 *
 * @typedef {object} Metadata
 * @property {Record<string, string[]>} requirements manifests that each system wants
 * @property {Record<string, Record<string, { package: string, path: string }>>} manifests
 * @property {Record<string, { name: string, versions: { feed: string, version: string }[] }>} packages
 * @property {Record<string, { index: string }>} feeds
 */

/**
 * @param {object} options
 * @param {Metadata} options.metadata
 * @param {string} options.system such as `linux/x64`
 * @param {string} options.folder where the binding lies
 * @param {(line: string) => void} options.say
 * @returns {Promise<string[]>} the files that were installed
 * @throws {Error} in plain words; the folder is as it was
 */
export async function installCuda({ metadata, system, folder, say }) {
  const manifests = (metadata.requirements[system] ?? []).filter((name) => name.startsWith('cuda'));
  const files = manifests.flatMap((name) => Object.entries(metadata.manifests[`${system}:${name}`] ?? {}));
  if (files.length === 0) throw new Error(`ONNX Runtime offers no CUDA libraries for ${system}; they exist for linux/x64.`);
  const missing = files.filter(([name]) => !existsSync(join(folder, name)));
  if (missing.length === 0) {
    say('The CUDA libraries are installed already.');
    return [];
  }
  // Beside their place, so that moving them there is one step of the file system each.
  const work = mkdtempSync(join(folder, '.cuda-'));
  const moved = [];
  try {
    for (const id of new Set(missing.map(([, { package: name }]) => name))) {
      const wanted = missing.filter(([, from]) => from.package === id);
      const archive = join(work, 'package');
      const found = await findAnywhere(metadata, id);
      say(`Fetching ${found.url}${found.size ? ` (${(found.size / 2 ** 20).toFixed(0)} MB)` : ''}`);
      let told = 0;
      await download(found, archive, (done, all) => {
        if (all && done / all >= told + 0.1) say(`${Math.round((told = done / all) * 100)} %`);
      });
      if (found.hash === undefined) say('The feed tells no checksum; only the size was compared.');
      await extractFiles(archive, new Map(wanted.map(([name, from]) => [from.path, join(work, basename(name))])));
    }
    for (const [name] of missing) {
      renameSync(join(work, basename(name)), join(folder, name));
      moved.push(join(folder, name));
    }
    return moved;
  } catch (error) {
    for (const file of moved) rmSync(file, { force: true });
    throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @param {Metadata} metadata
 * @param {string} id
 */
async function findAnywhere(metadata, id) {
  const known = metadata.packages[id];
  if (known === undefined) throw new Error(`onnxruntime-node's metadata does not describe the package ${id}.`);
  const failures = [];
  for (const { feed, version } of known.versions) {
    const source = metadata.feeds[feed];
    if (source === undefined) continue;
    try {
      return await findPackage(source, known.name, version);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(`The package ${known.name} cannot be found. ${failures.join(' ')}`);
}
