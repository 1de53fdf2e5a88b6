import type { Reader } from '../source';
import { csvReader } from './csv';

/** Every format that can be opened; the first that recognises a path reads it, so the most certain come first. */
export const readers: readonly Reader[] = [csvReader];
