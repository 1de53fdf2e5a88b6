import { createHash } from 'node:crypto';

/** SHA-256 of bytes, in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Fingerprint of several files: SHA-256 over their names, sorted by code units, each with its own hash. The names are
 * relative, so that the same folder elsewhere has the same fingerprint.
 */
export function fingerprintOf(files: Iterable<{ name: string; hash: string }>): string {
  const hash = createHash('sha256');
  const lines = [...files].map(({ name, hash: own }) => `${name.replaceAll('\\', '/')}\0${own}\n`).sort();
  for (const line of lines) hash.update(line);
  return hash.digest('hex');
}
