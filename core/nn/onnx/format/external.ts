import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { limits } from './limits';
import type { Refuse } from './protobuf';

/** The bytes of an array that lies outside the model's file: where it says, and as many as its shape takes. */
export type ExternalData = (reference: ReadonlyMap<string, string>, length: number, where: string) => Uint8Array;

/** For models that come without a folder: external data are refused. */
export const noExternalData = (refuse: Refuse): ExternalData => (_reference, _length, where) =>
  refuse(`${where} lies in a file of its own, and the model was given without its folder`);

/**
 * Reads arrays from files beside the model. A path that leaves the model's folder is refused: an absolute one, one with
 * `..`, a symbolic link that points outside.
 *
 * @param used is told the path of every file that is read
 */
export function externalDataBeside(model: string, refuse: Refuse, used: (path: string) => void = () => undefined): ExternalData {
  const folder = realpathSync(dirname(resolve(model)));
  return (reference, length, where) => {
    const location = reference.get('location') ?? '';
    if (location === '' || location.includes('\0')) return refuse(`${where} lies in a file that has no name`);
    const inFolder = (path: string): boolean => {
      const from = relative(folder, path);
      return from !== '' && from !== '..' && !from.startsWith(`..${sep}`) && !isAbsolute(from);
    };
    const leaves = (): never => refuse(`${where} lies in "${location}", outside the model's folder`);
    if (isAbsolute(location) || /^[a-z]:|^[\\/]/i.test(location)) leaves();
    const path = resolve(folder, location);
    if (!inFolder(path)) leaves();
    let real: string;
    try {
      real = realpathSync(path);
    } catch {
      return refuse(`${where} lies in "${location}", which is not there`);
    }
    if (!inFolder(real)) leaves();
    used(path);
    return readPart(real, numberOf(reference, 'offset', where, refuse) ?? 0, numberOf(reference, 'length', where, refuse), length, `${where} in "${location}"`, refuse);
  };
}

function numberOf(reference: ReadonlyMap<string, string>, key: string, where: string, refuse: Refuse): number | undefined {
  const text = reference.get(key);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) return refuse(`${where} has the ${key} "${text.slice(0, 40)}"`);
  return Number(text);
}

function readPart(path: string, offset: number, claimed: number | undefined, length: number, where: string, refuse: Refuse): Uint8Array {
  if (claimed !== undefined && claimed !== length) refuse(`${where} has ${claimed} bytes, its shape takes ${length}`);
  if (length > limits.fileBytes) refuse(`${where} takes ${length} bytes; Basin reads up to ${limits.fileBytes}`);
  // Not blocking: a pipe in place of a file must not hold the program.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const { size } = fstatSync(file);
    if (!fstatSync(file).isFile()) refuse(`${where} is no file`);
    if (offset + length > size) refuse(`${where} takes bytes ${offset} to ${offset + length} of a file of ${size}`);
    const bytes = new Uint8Array(length);
    for (let read = 0; read < length;) {
      const more = readSync(file, bytes, read, length - read, offset + read);
      if (more === 0) refuse(`${where} ends early`);
      read += more;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}
