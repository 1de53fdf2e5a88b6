import { cast, reshape, slice, type Tensor, transpose, UserError } from '#core/graph';
import type { Shape } from '../module';
import type { ValueInfo } from './format/model';
import { elementType } from './format/tensor';

/** How the examples of a data set become the inputs of a model. */
export interface InputAdapter {
  /** What is done, for people; empty where the examples fit as they are. */
  readonly note: string;
  /** `x: [batch, ...exampleShape]` to the model's inputs by name. */
  apply(x: Tensor): Map<string, Tensor>;
}

type Axes = readonly (number | string | null)[];

const fits = (shape: Shape, axes: Axes): boolean => shape.length === axes.length && axes.every((axis, i) => typeof axis !== 'number' || axis === shape[i]);

export const formatAxes = (axes: Axes | undefined): string => (axes === undefined ? 'any shape' : `[${axes.map((axis) => axis ?? '?').join(', ')}]`);

const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

/** The free axes of a shape filled in, so that it holds `size` numbers; undefined where that does not follow. */
function filledIn(axes: Axes, size: number): number[] | undefined {
  const known = axes.filter((axis) => typeof axis === 'number').reduce((a, b) => a * b, 1);
  const free = axes.filter((axis) => typeof axis !== 'number').length;
  if (free === 0) return known === size ? (axes as number[]) : undefined;
  if (free > 1 || known === 0 || size % known !== 0) return undefined;
  return axes.map((axis) => (typeof axis === 'number' ? axis : size / known));
}

/**
 * Finds out how examples of `exampleShape` can be fed to a model: as they are; pictures with their channels last; flattened
 * or brought into the model's shape; a table's columns dealt out over several inputs.
 *
 * @throws UserError `onnx.input` saying what the model wants and what the data have
 */
export function adaptInput(inputs: readonly ValueInfo[], exampleShape: Shape): InputAdapter {
  const [first, ...others] = inputs;
  if (first === undefined) throw new UserError('onnx.input', 'the model takes no input: its output is a constant', { hint: 'Choose another output.' });
  for (const { name, elementType: code, kind } of inputs) {
    const type = elementType(code)?.type;
    if (kind !== 'tensor' || (code !== 0 && (type === undefined || type === 'string'))) {
      throw new UserError('onnx.input', `the model's input "${name}" takes ${type === 'string' ? 'text' : 'something other than numbers'}`, {
        hint: 'Export the model without the part that reads text; Basin prepares the data itself.',
      });
    }
  }
  return others.length === 0 ? single(first, exampleShape) : dealtOut(inputs, exampleShape);
}

/** The numbers in the element type that an input takes. */
function typed({ elementType: code }: ValueInfo, x: Tensor): Tensor {
  const type = elementType(code)?.type;
  return type === undefined || type === 'string' ? x : cast(x, type);
}

function single(info: ValueInfo, exampleShape: Shape): InputAdapter {
  const axes = info.shape?.slice(1);
  const adapter = (note: string, f: (x: Tensor) => Tensor): InputAdapter => ({ note, apply: (x) => new Map([[info.name, typed(info, f(x))]]) });
  if (axes === undefined || fits(exampleShape, axes)) return adapter('', (x) => x);
  const [channels, height, width] = exampleShape;
  if (exampleShape.length === 3 && fits([height!, width!, channels!], axes)) {
    return adapter('pictures are turned to channels last', (x) => transpose(x, [0, 2, 3, 1]));
  }
  const shape = filledIn(axes, sizeOf(exampleShape));
  if (shape !== undefined && (axes.length <= 1 || exampleShape.length === 1)) {
    return adapter(`examples are brought to [${shape.join(', ')}]`, (x) => reshape(x, [x.shape[0]!, ...shape]));
  }
  throw new UserError('onnx.input', `the model takes examples of the shape ${formatAxes(axes)} (input "${info.name}"); the data have [${exampleShape.join(', ')}]`, {
    hint: hintFor(axes, exampleShape),
  });
}

function hintFor(axes: Axes, exampleShape: Shape): string {
  if (exampleShape.length === 3 && axes.length === 3) {
    const last = axes[2] === 1 || axes[2] === 3;
    const [channels, height, width] = last ? [axes[2], axes[0], axes[1]] : axes;
    const settings = [['channels', channels], ['height', height], ['width', width]].filter(([, n]) => typeof n === 'number').map(([key, n]) => `"${key}": ${n}`);
    return `Bring the pictures to the model's size: data.image = { ${settings.join(', ')} }.`;
  }
  if (exampleShape.length === 1 && axes.length === 1) return `Choose the ${axes[0] ?? ''} columns that the model was trained on with data.inputs (a category takes one input a value).`;
  return 'Choose data of the kind that the model was trained on.';
}

/** Models of tables (skl2onnx) may have one input a column. */
function dealtOut(inputs: readonly ValueInfo[], exampleShape: Shape): InputAdapter {
  const widths = inputs.map(({ shape }) => (shape === undefined || shape.length === 1 ? 1 : shape.length === 2 && typeof shape[1] === 'number' ? shape[1] : NaN));
  const total = widths.reduce((a, b) => a + b, 0);
  if (exampleShape.length !== 1 || total !== exampleShape[0]) {
    const list = inputs.map(({ name, shape }) => `"${name}" ${formatAxes(shape)}`).join(', ');
    throw new UserError('onnx.input', `the model takes ${inputs.length} inputs (${list}); the data give one of [${exampleShape.join(', ')}]`, {
      hint: 'Models with several inputs work on tables whose columns fill them in order.',
    });
  }
  return {
    note: `columns are dealt out over ${inputs.length} inputs in order`,
    apply(x) {
      let end = 0;
      return new Map(inputs.map((info, i) => {
        const begin = end;
        end += widths[i]!;
        const part = slice(x, [0, begin], [x.shape[0]!, end]);
        return [info.name, typed(info, info.shape?.length === 1 ? reshape(part, [x.shape[0]!]) : part)];
      }));
    },
  };
}
