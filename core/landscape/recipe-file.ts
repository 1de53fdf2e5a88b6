import { pngChunks } from '#core/figure';
import { UserError } from '#core/graph';
import type { z } from 'zod';
import { pathRecipeSchema, type PathRecipe } from './path/recipe';
import { surfaceRecipeSchema, type SurfaceRecipe } from './recipe';

/** The newest version of recipes that this program understands. */
const newestVersion = 1;

/** Recipes of one kind: how they are told from other documents, and what they hold. */
interface RecipeKind<R> {
  readonly of: string;
  readonly formats: string;
  readonly looksLike: (document: Readonly<Record<string, unknown>>) => boolean;
  readonly schema: z.ZodType<R>;
}

const surfaces: RecipeKind<SurfaceRecipe> = {
  of: 'surface',
  formats: '.png, .svg, .pdf, .html, .json or .gltf',
  looksLike: ({ plane, grid }) => typeof plane === 'object' && typeof grid === 'object',
  schema: surfaceRecipeSchema,
};

const paths: RecipeKind<PathRecipe> = {
  of: 'path',
  formats: '.png, .svg, .pdf, .html or .json',
  looksLike: ({ run, to, kind, splits }) => typeof run === 'object' && typeof to === 'object' && typeof kind === 'string' && Array.isArray(splits),
  schema: pathRecipeSchema,
};

/**
 * The recipes of surfaces in a file: a recipe itself, or any picture, page or table that was exported with one (PNG, SVG, PDF, HTML, JSON, glTF).
 *
 * @param name what the file is called, for messages
 * @throws UserError when it holds none, or one of a newer version
 */
export const readRecipes = (bytes: Uint8Array, name: string): SurfaceRecipe[] => readKind(bytes, name, surfaces);

/** The same of paths between two weights. */
export const readPathRecipes = (bytes: Uint8Array, name: string): PathRecipe[] => readKind(bytes, name, paths);

function readKind<R>(bytes: Uint8Array, name: string, { of, formats, looksLike, schema }: RecipeKind<R>): R[] {
  const found = documentsIn(bytes).flatMap((document) => recipesIn(document, looksLike));
  if (found.length === 0) {
    throw new UserError('landscape.recipe.none', `${name} holds no recipe of a ${of}`, { hint: `Give a recipe.json, or a ${formats} that Basin exported.` });
  }
  return found.map((recipe) => {
    const { version } = recipe as { version?: unknown };
    if (typeof version === 'number' && version > newestVersion) {
      throw new UserError('landscape.recipe.newer', `the recipe in ${name} has version ${version}; this program understands version ${newestVersion}`, { hint: 'Open it with a newer Basin.' });
    }
    const parsed = schema.safeParse(recipe);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new UserError('landscape.recipe.damaged', `the recipe in ${name} is not whole: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, { cause: parsed.error });
  });
}

/** What looks like a recipe in a document, at the places where exports put it. */
function recipesIn(document: unknown, looksLike: RecipeKind<unknown>['looksLike']): object[] {
  if (Array.isArray(document)) return document.flatMap((each) => recipesIn(each, looksLike));
  if (typeof document !== 'object' || document === null) return [];
  const record = document as Record<string, unknown>;
  if (looksLike(record)) return [document];
  const { recipe, surface, surfaces: several, asset } = record;
  const { extras } = (asset ?? {}) as { extras?: unknown };
  return [recipe, surface, several, extras].flatMap((each) => recipesIn(each, looksLike));
}

function documentsIn(bytes: Uint8Array): unknown[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.toString('latin1', 1, 4) === 'PNG') {
    return pngChunks(file).filter(({ type }) => type === 'eXIf').flatMap(({ data }) => parsed(descriptionIn(Buffer.from(data).toString('utf8'))));
  }
  if (file.toString('latin1', 0, 5) === '%PDF-') {
    const attached = /\/Type \/EmbeddedFile [^\n]*\nstream\n(.*?)\nendstream/s.exec(file.toString('latin1'));
    return parsed(attached ? Buffer.from(attached[1]!, 'latin1').toString('utf8') : undefined);
  }
  const text = file.toString('utf8').trimStart();
  if (!text.startsWith('<')) return parsed(text);
  const metadata = /<metadata>(.*?)<\/metadata>/s.exec(text);
  if (metadata) return parsed(unescapeXml(metadata[1]!));
  return [...text.matchAll(/<script type="application\/json" id="(?:surface|surfaces|series|path)-data">(.*?)<\/script>/gs)].flatMap(([, data]) => parsed(data));
}

/** The description among EXIF's entries: it ends with a zero byte. */
const descriptionIn = (exif: string): string | undefined => exif.split('\0').find((entry) => /^[[{]/.test(entry));

function parsed(text: string | undefined): unknown[] {
  if (text === undefined) return [];
  try {
    return [JSON.parse(text)];
  } catch {
    return []; // no document: told as a file without a recipe
  }
}

const unescapeXml = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
