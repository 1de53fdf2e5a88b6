import type { TypedArray } from '#core/graph';
import type { StateTensor } from '../state';

export type Tensors = Record<string, StateTensor>;

/** The rows of stacked tensors that these members have, in their order. */
export function takeMembers(stacked: Readonly<Tensors>, members: readonly number[]): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(stacked).map(([name, { shape, data }]) => {
    const size = data.length / shape[0]!;
    const taken = new Float32Array(members.length * size);
    members.forEach((member, at) => taken.set((data as Float32Array).subarray(member * size, (member + 1) * size), at * size));
    return [name, taken];
  }));
}

/** One member's tensors out of stacked ones. */
export function memberTensors(stacked: Readonly<Tensors>, member: number): Tensors {
  const taken = takeMembers(stacked, [member]);
  return Object.fromEntries(Object.entries(stacked).map(([name, { shape }]) => [name, { shape: shape.slice(1), data: taken[name]! }]));
}

/** Puts rows of `from` (in the order of `slots`) into the rows of the members. */
export function putMembers(stacked: Tensors, from: Readonly<Record<string, { data: TypedArray }>>, slots: readonly number[], wanted: (slot: number) => boolean): void {
  for (const [name, { shape, data }] of Object.entries(stacked)) {
    const size = data.length / shape[0]!;
    const rows = from[name]!.data as Float32Array;
    slots.forEach((member, slot) => {
      if (wanted(slot)) (data as Float32Array).set(rows.subarray(slot * size, (slot + 1) * size), member * size);
    });
  }
}

/** Replaces these members' rows by those of `from`, stacked alike. */
export function copyMembers(stacked: Tensors, from: Readonly<Tensors>, members: readonly number[]): void {
  for (const [name, { shape, data }] of Object.entries(stacked)) {
    const size = data.length / shape[0]!;
    for (const member of members) (data as Float32Array).set((from[name]!.data as Float32Array).subarray(member * size, (member + 1) * size), member * size);
  }
}

/** Stacks the same-named arrays of every member. */
export function stackMembers(members: readonly Readonly<Record<string, Float32Array>>[], shapes: Readonly<Record<string, { shape: readonly number[] }>>): Tensors {
  return Object.fromEntries(Object.entries(shapes).map(([name, { shape }]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const data = new Float32Array(members.length * size);
    members.forEach((own, member) => data.set(own[name]!, member * size));
    return [name, { shape: [members.length, ...shape], data }];
  }));
}

/** Which slots hold a number that is not finite. */
export function brokenSlots(tensors: Readonly<Record<string, { data: TypedArray }>>, slots: number): Map<number, string> {
  const broken = new Map<number, string>();
  for (const [name, { data }] of Object.entries(tensors)) {
    const size = data.length / slots;
    for (let i = 0; i < data.length; i++) {
      if (Number.isFinite(Number(data[i]))) continue;
      const slot = Math.floor(i / size);
      if (!broken.has(slot)) broken.set(slot, name);
      i = (slot + 1) * size - 1;
    }
  }
  return broken;
}
