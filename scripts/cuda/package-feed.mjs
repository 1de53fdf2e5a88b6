// Finds and fetches a package as onnxruntime-node's own installer does, from the feed that its metadata names.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** @typedef {{ index: string }} Feed */
/** @typedef {{ url: string, hash?: string, size?: number }} FoundPackage `hash`: SHA-512 in base64, where the feed tells it */

/**
 * @param {string} url
 * @returns {Promise<Response>}
 * @throws {Error} in plain words, when nothing answers or the answer is a refusal
 */
async function get(url) {
  let response;
  try {
    response = await fetch(url);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Error(`${new URL(url).host} cannot be reached (${cause}). Is this computer online?`, { cause: error });
  }
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}.`);
  return response;
}

/** @param {string} url */
const getJson = async (url) => /** @type {any} */ (await get(url)).json();

/**
 * @param {Feed} feed
 * @param {string} name
 * @param {string} version
 * @returns {Promise<FoundPackage>}
 */
export async function findPackage(feed, name, version) {
  const { resources } = await getJson(feed.index);
  /** @param {string} type */
  const address = (type) => resources.find((/** @type {any} */ resource) => String(resource['@type']).startsWith(type))?.['@id'];
  const base = address('PackageBaseAddress/3');
  if (base === undefined) throw new Error(`${feed.index} names no place where packages lie.`);
  const [id, number] = [name.toLowerCase(), version.toLowerCase()];
  const { versions } = await getJson(new URL(`${id}/index.json`, base).href);
  if (!versions.includes(number)) throw new Error(`${name} has no version ${version}; the newest is ${versions.at(-1)}.`);
  const url = new URL(`${id}/${number}/${id}.${number}.nupkg`, base).href;
  const registrations = address('RegistrationsBaseUrl');
  if (registrations === undefined) return { url };
  const { catalogEntry } = await getJson(new URL(`${id}/${number}.json`, registrations).href);
  const entry = typeof catalogEntry === 'string' ? await getJson(catalogEntry) : catalogEntry;
  return { url, ...(entry?.packageHashAlgorithm === 'SHA512' && { hash: entry.packageHash }), ...(entry?.packageSize && { size: entry.packageSize }) };
}

/**
 * Fetches a package into a file and compares its size and hash with what was promised.
 *
 * @param {FoundPackage} found
 * @param {string} file
 * @param {(done: number, all: number | undefined) => void} progress in bytes
 */
export async function download({ url, hash, size }, file, progress) {
  const response = await get(url);
  const told = Number(response.headers.get('content-length')) || undefined;
  const digest = createHash('sha512');
  let done = 0;
  const measure = new Transform({
    transform(chunk, _, next) {
      digest.update(chunk);
      done += chunk.length;
      progress(done, size ?? told);
      next(null, chunk);
    },
  });
  try {
    await pipeline(Readable.fromWeb(/** @type {any} */ (response.body)), measure, createWriteStream(file));
  } catch (error) {
    throw new Error(`The download broke off after ${done} bytes (${error instanceof Error ? error.message : String(error)}). Run the command again.`, { cause: error });
  }
  const expected = size ?? told;
  if (expected !== undefined && done !== expected) throw new Error(`The download has ${done} bytes instead of ${expected}. Run the command again.`);
  if (hash !== undefined && digest.digest('base64') !== hash) throw new Error('The download is not what the feed promised (its SHA-512 differs). Nothing was installed.');
}
