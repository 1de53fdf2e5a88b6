import { pngChunks } from '#core/figure';
import { UserError } from '#core/graph';
import { surfaceRecipeSchema, type SurfaceRecipe } from './recipe';

/** The newest version of recipes that this program understands. */
const newestVersion = 1;

/**
 * The recipes in a file: a recipe itself, or any picture, page or table that was exported with one (PNG, SVG, PDF, HTML, JSON, glTF).
 *
 * @param name what the file is called, for messages
 * @throws UserError when it holds none, or one of a newer version
 */
export function readRecipes(bytes: Uint8Array, name: string): SurfaceRecipe[] {
  const found = documentsIn(bytes).flatMap(recipesIn);
  if (found.length === 0) {
    throw new UserError('landscape.recipe.none', `${name} holds no recipe of a surface`, { hint: 'Give a recipe.json, or a .png, .svg, .pdf, .html, .json or .gltf that Basin exported.' });
  }
  return found.map((recipe) => {
    const { version } = recipe as { version?: unknown };
    if (typeof version === 'number' && version > newestVersion) {
      throw new UserError('landscape.recipe.newer', `the recipe in ${name} has version ${version}; this program understands version ${newestVersion}`, { hint: 'Open it with a newer Basin.' });
    }
    const parsed = surfaceRecipeSchema.safeParse(recipe);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new UserError('landscape.recipe.damaged', `the recipe in ${name} is not whole: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, { cause: parsed.error });
  });
}

/** What looks like a recipe in a document, at the places where exports put it. */
function recipesIn(document: unknown): object[] {
  if (Array.isArray(document)) return document.flatMap(recipesIn);
  if (typeof document !== 'object' || document === null) return [];
  const { recipe, surface, surfaces, asset, plane, grid } = document as Record<string, unknown>;
  if (typeof plane === 'object' && typeof grid === 'object') return [document];
  const { extras } = (asset ?? {}) as { extras?: unknown };
  return [recipe, surface, surfaces, extras].flatMap(recipesIn);
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
  return [...text.matchAll(/<script type="application\/json" id="(?:surface|surfaces|series)-data">(.*?)<\/script>/gs)].flatMap(([, data]) => parsed(data));
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
