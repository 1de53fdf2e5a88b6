import { z } from 'zod';

const words = { nan: NaN, inf: Infinity, '-inf': -Infinity } as const;

/** A number in a JSON file. JSON has no NaN and no infinity; where they can occur they are spelled out: `nan`, `inf`, `-inf`. */
export const jsonNumber = z.union([z.number(), z.enum(['nan', 'inf', '-inf'])]).transform((item): number => (typeof item === 'number' ? item : words[item]));

/** A list of such numbers. */
export const jsonNumbers = z.array(jsonNumber).transform((list): Float64Array => Float64Array.from(list));

export const spelledNumber = (value: number): number | string => (Number.isFinite(value) ? value : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf');
