import { oc } from '@orpc/contract';
import { z } from 'zod';

export const licence = z.object({ name: z.string(), version: z.string(), licence: z.string() });

export const appInfo = z.object({
  version: z.string(),
  shell: z.enum(['desktop', 'web']),
  /** Operating system and processor: `linux-x64`. */
  platform: z.string(),
  dataFolder: z.string(),
  node: z.string(),
  onnxruntime: z.string(),
  licences: z.array(licence),
});
export type AppInfo = z.infer<typeof appInfo>;

export const settings = z.strictObject({
  runsFolder: z.string().describe('where runs are kept'),
  device: z.string().describe('where networks are computed; auto takes the best that works'),
  threads: z.int().min(0).max(256).describe('processor threads for one computation; 0 takes every core'),
  theme: z.enum(['system', 'light', 'dark']).describe('appearance'),
  concurrentRuns: z.int().min(1).max(2).describe('how many runs train at once; the others wait'),
  keepPrograms: z.boolean().describe('compiled programs are kept on the disk, to start sooner'),
});
export type Settings = z.infer<typeof settings>;

/** Compiled programs on the disk. */
export const keptPrograms = z.object({
  folder: z.string(),
  programs: z.int(),
  bytes: z.number(),
  /** The most bytes that stay. */
  limit: z.number(),
});
export type KeptPrograms = z.infer<typeof keptPrograms>;

export const device = z.object({
  id: z.string(),
  executor: z.string(),
  name: z.string(),
  usable: z.boolean(),
  /** Why it cannot be used, for people. */
  reason: z.string().optional(),
  details: z.record(z.string(), z.string()),
  /** Bytes, where it is known. */
  memory: z.number().optional(),
  /** What to know before using it. */
  warnings: z.array(z.string()).optional(),
  /** A GPU's interface on the processor: for tests, never chosen by itself. */
  software: z.boolean().optional(),
});
export type Device = z.infer<typeof device>;

export const appContract = {
  info: oc.output(appInfo),
  settings: {
    get: oc.output(settings),
    /** Changes the named settings and returns all of them. */
    set: oc.input(settings.partial()).output(settings),
  },
  programs: {
    size: oc.output(keptPrograms),
    /** Removes all of them and says what is left: what another process is using may be. */
    clear: oc.output(keptPrograms),
  },
};

export const devicesContract = {
  list: oc.output(z.array(device)),
};
