import { z } from 'zod';

/** What a page may ask of a dialog for files. */
export const chooseOptions = z.strictObject({
  title: z.string().max(200).optional(),
  extensions: z.array(z.string().regex(/^[a-z0-9.]{1,16}$/i)).max(50).optional(),
  multiple: z.boolean().optional(),
});

/** A name without a folder: where to is the user's to say. */
export const saveRequest = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^/\\\0:]+$/, 'a file name without folders'),
  bytes: z.instanceof(Uint8Array),
});
