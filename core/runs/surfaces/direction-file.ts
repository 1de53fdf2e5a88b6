import { UserError, suggestion } from '#core/graph';
import { ascentEndSchema, axisEigenvalueSchema, type GivenDirections } from '#core/landscape';
import { readSafetensors, writeSafetensors, type StoredTensor } from '#core/nn';
import { z } from 'zod';

type Shapes = Readonly<Record<string, { readonly shape: readonly number[] }>>;

/**
 * Directions as a safetensors file: `0.` and a parameter's PyTorch name is that parameter's part of the first direction (`0.layers.0.weight`),
 * `1.` of the second, `2.` of a third. A parameter that is not named does not move.
 */
export function writeDirections({ directions, eigenvalues, ascent }: GivenDirections, parameters: Shapes): Uint8Array {
  const tensors: Record<string, StoredTensor> = {};
  directions.forEach((direction, k) => {
    for (const [name, data] of Object.entries(direction)) tensors[`${k}.${name}`] = { shape: [...parameters[name]!.shape], data };
  });
  return writeSafetensors(tensors, { format: 'pt', directions: String(directions.length), ...(eigenvalues && { eigenvalues: JSON.stringify(eigenvalues) }), ...(ascent && { ascent: JSON.stringify(ascent) }) });
}

/**
 * The directions of such a file, for a network with these parameters.
 *
 * @param file name for messages
 * @throws UserError that names the tensor which is none of the network's, has another shape, or is not finite
 */
export function readDirections(bytes: Uint8Array, parameters: Shapes, file: string): Pick<GivenDirections, 'directions'> & { metadata: Record<string, string> } {
  const { tensors, metadata } = readSafetensors(bytes, file);
  const refuse = (what: string): never => {
    throw new UserError('surface.directions', `${file} holds no directions for this network: ${what}`, {
      hint: 'Name the tensors 0.NAME, 1.NAME (and 2.NAME for a volume), NAME being a parameter as PyTorch names it, with the shape of the parameter.',
    });
  };
  const found: Record<string, Float32Array>[] = [{}, {}, {}];
  for (const [key, { shape, data }] of Object.entries(tensors)) {
    const [, place, name = ''] = /^([012])\.(.+)$/.exec(key) ?? [];
    if (place === undefined) refuse(`"${key}" does not begin with 0., 1. or 2.`);
    const own = parameters[name] ?? refuse(`"${key}": ${suggestion(name, Object.keys(parameters))}`);
    if (own.shape.join() !== shape.join()) refuse(`"${key}" is [${shape.join(', ')}], the network's ${name} is [${own.shape.join(', ')}]`);
    const values = data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number);
    if (!values.every(Number.isFinite)) refuse(`"${key}" holds numbers that are not finite`);
    found[Number(place)]![name] = values;
  }
  const count = found.findLastIndex((direction) => Object.keys(direction).length > 0) + 1;
  const directions = found.slice(0, Math.max(count, 1));
  directions.forEach((direction, k) => {
    if (!Object.values(direction).some((values) => values.some((value) => value !== 0))) refuse(`no tensor of direction ${k} (${k}.NAME) differs from zero`);
  });
  const [first, ...others] = directions;
  return { directions: [first!, ...others], metadata };
}

/** The same with what `writeDirections` has told of them. */
export function readFoundDirections(bytes: Uint8Array, parameters: Shapes, file: string): GivenDirections {
  const { directions, metadata } = readDirections(bytes, parameters, file);
  const { eigenvalues, ascent } = metadata;
  return {
    directions,
    ...(eigenvalues !== undefined && { eigenvalues: z.array(axisEigenvalueSchema).parse(JSON.parse(eigenvalues)) }),
    ...(ascent !== undefined && { ascent: ascentEndSchema.parse(JSON.parse(ascent)) }),
  };
}
