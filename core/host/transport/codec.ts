import { Decoder, Encoder, ExtensionCodec } from '@msgpack/msgpack';

const arrayTypes = [
  Float32Array, Float64Array, Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
  BigInt64Array, BigUint64Array,
] as const;

const extensions = new ExtensionCodec();
arrayTypes.forEach((ArrayType, type) => {
  extensions.register({
    type,
    encode: (value) =>
      value instanceof ArrayType ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null,
    // A copy starts at an aligned address, which a view into the frame need not.
    decode: (bytes) => new ArrayType(new Uint8Array(bytes).buffer),
  });
});

const options = { extensionCodec: extensions, ignoreUndefined: true };

/**
 * MessagePack in which typed arrays are themselves: the binary form of messages over a WebSocket. A `Uint8Array` is
 * MessagePack's own byte string. Bytes are in the machine's order: both ends of a loopback connection share it.
 */
export const codec = {
  encode(value: unknown): Uint8Array<ArrayBuffer> {
    return new Encoder(options).encode(value);
  },
  decode(bytes: Uint8Array): unknown {
    return new Decoder(options).decode(bytes);
  },
};
