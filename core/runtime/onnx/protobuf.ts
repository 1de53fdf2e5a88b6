/**
 * Writes Protocol Buffers' wire format: the few kinds of fields that an ONNX model uses. Chunks are kept apart until the end,
 * so that large tensors are copied once.
 */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];
  #small: number[] = [];
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** A varint field: int32, int64, bool, enum. */
  integer(field: number, value: number | bigint): this {
    this.#tag(field, 0);
    this.#varint(BigInt(value));
    return this;
  }

  /** A fixed32 float field. */
  float(field: number, value: number): this {
    this.#tag(field, 5);
    for (const byte of new Uint8Array(new Float32Array([value]).buffer)) this.#byte(byte);
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, 2);
    this.#varint(BigInt(value.byteLength));
    this.#append(value);
    return this;
  }

  message(field: number, value: ProtobufWriter): this {
    this.#tag(field, 2);
    this.#varint(BigInt(value.length));
    for (const chunk of value.#all()) this.#append(chunk);
    return this;
  }

  finish(): Uint8Array {
    const result = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#all()) {
      result.set(chunk, at);
      at += chunk.byteLength;
    }
    return result;
  }

  #all(): Uint8Array[] {
    this.#flush();
    return this.#chunks;
  }

  #flush(): void {
    if (this.#small.length === 0) return;
    this.#chunks.push(Uint8Array.from(this.#small));
    this.#small = [];
  }

  #append(bytes: Uint8Array): void {
    if (bytes.byteLength <= 64) {
      for (const byte of bytes) this.#byte(byte);
      return;
    }
    this.#flush();
    this.#chunks.push(bytes);
    this.#length += bytes.byteLength;
  }

  #tag(field: number, wireType: number): void {
    this.#varint(BigInt((field << 3) | wireType));
  }

  #varint(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.#byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#byte(Number(rest));
  }

  #byte(value: number): void {
    this.#small.push(value);
    this.#length++;
  }
}
