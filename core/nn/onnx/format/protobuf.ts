/**
 * Reads Protocol Buffers' wire format, trusting nothing: every length is checked against the bytes that are there before
 * anything is made of it.
 */

/** One field of a message as it stands on the wire. */
export interface Field {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 bytes of a stated length, 5 four bytes. */
  readonly wire: 0 | 1 | 2 | 5;
  /** The number of a varint, as a signed 64-bit integer (rounded beyond 2^53). */
  readonly value: number;
  /** The content of wires 1, 2 and 5. */
  readonly bytes: Uint8Array;
}

/** Says what is wrong and does not return. */
export type Refuse = (what: string) => never;

const none = new Uint8Array(0);

/** A place in a buffer, from which varints are read. */
class Cursor {
  at: number;

  constructor(
    readonly bytes: Uint8Array,
    readonly refuse: Refuse,
  ) {
    this.at = 0;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  /** Low and high 32 bits of the next varint, joined as a signed 64-bit integer. */
  varint(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) return this.refuse('it ends in the middle of a number');
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= (bits << 28) >>> 0;
        high |= bits >> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= bits << 31;
      if (byte < 0x80) return (high | 0) * 2 ** 32 + (low >>> 0);
    }
    return this.refuse('a number has more than ten bytes');
  }

  take(length: number): Uint8Array {
    if (length < 0 || length > this.bytes.length - this.at) return this.refuse(`a field claims ${length} bytes where ${this.bytes.length - this.at} are left`);
    const found = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return found;
  }
}

/** The fields of a message, in their order. */
export function* fieldsOf(bytes: Uint8Array, refuse: Refuse): Generator<Field, void, void> {
  const cursor = new Cursor(bytes, refuse);
  while (!cursor.done) {
    const tag = cursor.varint();
    const wire = tag & 7;
    const number = Math.floor(tag / 8);
    if (number < 1 || number > 2 ** 29 - 1) refuse(`it has a field of the number ${number}`);
    switch (wire) {
      case 0: yield { number, wire, value: cursor.varint(), bytes: none }; break;
      case 1: yield { number, wire, value: NaN, bytes: cursor.take(8) }; break;
      case 2: yield { number, wire, value: NaN, bytes: cursor.take(cursor.varint()) }; break;
      case 5: yield { number, wire, value: NaN, bytes: cursor.take(4) }; break;
      default: refuse(`it has a field of the unknown kind ${wire}`);
    }
  }
}

/** The integers of a repeated field: one a field, or packed into one. */
export function integersOf(field: Field, refuse: Refuse, into: number[]): void {
  if (field.wire === 0) {
    into.push(field.value);
    return;
  }
  if (field.wire !== 2) refuse('a list of integers is stored as something else');
  const cursor = new Cursor(field.bytes, refuse);
  while (!cursor.done) into.push(cursor.varint());
}

/** The floating-point numbers of a repeated field, 4 or 8 bytes each: one a field, or packed into one. */
export function floatsOf(field: Field, width: 4 | 8, refuse: Refuse, into: number[]): void {
  if (field.wire === 0 || field.bytes.length % width !== 0 || (field.wire !== 2 && field.bytes.length !== width)) {
    refuse('a list of floating-point numbers is stored as something else');
  }
  const view = new DataView(field.bytes.buffer, field.bytes.byteOffset, field.bytes.byteLength);
  for (let at = 0; at < field.bytes.length; at += width) into.push(width === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true));
}

const decoder = new TextDecoder('utf-8');

/** A field as text. Bytes that are no UTF-8 become replacement characters: names only need to be told apart. */
export function textOf(field: Field, refuse: Refuse): string {
  if (field.wire !== 2) refuse('a text is stored as a number');
  return decoder.decode(field.bytes);
}

/** A field as an integer. */
export function integerOf(field: Field, refuse: Refuse): number {
  if (field.wire !== 0) refuse('an integer is stored as something else');
  return field.value;
}

/** A field as a message within the message. */
export function messageOf(field: Field, refuse: Refuse): Uint8Array {
  if (field.wire !== 2) refuse('a message is stored as a number');
  return field.bytes;
}
