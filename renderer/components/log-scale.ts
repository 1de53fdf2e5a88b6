import type { NumberShape } from './schema/shape';

/** A slider's way between two numbers; positions run from 0 to 1. */
export interface SliderScale {
  toPosition(value: number): number;
  toValue(position: number): number;
}

/**
 * The scale of a number's slider, or none where its range is open. A logarithmic one whose range begins at 0 keeps its
 * leftmost place for 0 itself and shows five decades around the default.
 */
export function sliderScale(shape: NumberShape, fallback: number | undefined): SliderScale | undefined {
  if (shape.scale === 'log') return logScale(shape, fallback);
  const { minimum: low, maximum: high } = shape;
  if (low === undefined || high === undefined || high - low > (shape.integer ? 200 : 100)) return undefined;
  const step = shape.integer ? 1 : niceStep((high - low) / 200);
  return {
    toPosition: (value) => clamp((value - low) / (high - low)),
    toValue: (position) => round(low + Math.round((clamp(position) * (high - low)) / step) * step),
  };
}

function logScale(shape: NumberShape, fallback: number | undefined): SliderScale | undefined {
  const low = shape.minimum ?? 0;
  if (low < 0) return undefined;
  const middle = fallback !== undefined && fallback > 0 ? fallback : 1e-3;
  const from = low > 0 ? Math.log10(low) : Math.floor(Math.log10(middle)) - 3;
  const to = Math.min(Math.log10(shape.maximum ?? Number.POSITIVE_INFINITY), Math.max(from + 1, Math.ceil(Math.log10(middle)) + 2));
  const zero = low === 0 && shape.openMinimum !== true;
  const room = zero ? 0.06 : 0;
  return {
    toPosition: (value) => (value <= 0 ? 0 : clamp(room + ((Math.log10(value) - from) / (to - from)) * (1 - room))),
    toValue(position) {
      if (zero && position < room) return 0;
      const exponent = from + ((clamp(position) - room) / (1 - room)) * (to - from);
      const value = Number((10 ** exponent).toPrecision(2));
      return shape.integer ? Math.max(1, Math.round(value)) : value;
    },
  };
}

/** The next value up or down for the arrow keys: 1, 2, 5, 10 ... on a logarithmic scale. */
export function nextValue(shape: NumberShape, value: number, direction: 1 | -1): number {
  if (shape.integer) return value + direction;
  if (shape.scale === 'log' && value > 0) {
    const decade = 10 ** Math.floor(Math.log10(value) + 1e-9);
    const stops = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20].map((stop) => round(stop * decade));
    const found = direction > 0 ? stops.find((stop) => stop > value * 1.001) : stops.findLast((stop) => stop < value * 0.999);
    return found ?? value;
  }
  const span = shape.minimum !== undefined && shape.maximum !== undefined ? shape.maximum - shape.minimum : 1;
  return round(value + direction * niceStep(Math.min(span, 10) / 100));
}

function niceStep(step: number): number {
  const decade = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 5, 10].map((stop) => stop * decade).find((stop) => stop >= step * 0.999) ?? step;
}

/** Takes away what binary fractions add: 0.1 + 0.2. */
function round(value: number): number {
  return Number(value.toPrecision(12));
}

function clamp(position: number): number {
  return Math.min(1, Math.max(0, position));
}
