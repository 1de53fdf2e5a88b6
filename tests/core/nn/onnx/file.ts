/** ONNX files written byte for byte, in the way of any exporter: what a test needs of onnx.proto and no more. */

type Attribute = { name: string; type: number; bytes: number[] };

export interface TensorOptions {
  name: string;
  /** TensorProto.DataType: 1 float, 7 int64, 9 bool, 10 float16, 11 double, 16 bfloat16. */
  type: number;
  shape: readonly number[];
  raw?: Uint8Array;
  external?: readonly [string, string][];
}

export interface NodeOptions {
  name?: string;
  domain?: string;
  attributes?: readonly Attribute[];
  graphs?: readonly [string, FileOptions][];
}

interface Node extends NodeOptions {
  opType: string;
  inputs: readonly string[];
  outputs: readonly string[];
}

export interface ValueOptions {
  name: string;
  type?: number;
  shape: readonly (number | string)[];
  /** A sequence of maps, as ZipMap gives. */
  sequence?: boolean;
}

export interface FileOptions {
  inputs: readonly ValueOptions[];
  outputs: readonly ValueOptions[];
  initializers: readonly TensorOptions[];
  nodes: readonly Node[];
  opsets?: readonly [string, number][];
  functions?: readonly [string, string][];
  producer?: string;
}

const text = (value: string): number[] => [...new TextEncoder().encode(value)];

function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

const integer = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];

/** A field of bytes: a text, a message, raw numbers. */
function block(field: number, value: string | readonly number[] | Uint8Array): number[] {
  const bytes = typeof value === 'string' ? text(value) : value;
  const head = [...varint(field * 8 + 2), ...varint(bytes.length)];
  for (const byte of bytes) head.push(byte);
  return head;
}

const float = (field: number, value: number): number[] => [...varint(field * 8 + 5), ...new Uint8Array(Float32Array.of(value).buffer)];

/** Whole numbers are integers (`{ float: 1 }` says otherwise), lists of them too; lists with `floats` are floating-point. */
export function attribute(name: string, value: number | string | readonly number[] | readonly string[] | { float: number } | { floats: readonly number[] } | { tensor: TensorOptions }): Attribute {
  if (typeof value === 'number') return { name, type: 2, bytes: integer(3, value) };
  if (typeof value === 'string') return { name, type: 3, bytes: block(4, value) };
  if (Array.isArray(value)) {
    return typeof value[0] === 'string'
      ? { name, type: 8, bytes: (value as string[]).flatMap((each) => block(9, each)) }
      : { name, type: 7, bytes: (value as number[]).flatMap((each) => integer(8, each)) };
  }
  if ('float' in value) return { name, type: 1, bytes: float(2, value.float) };
  if ('floats' in value) return { name, type: 6, bytes: block(7, new Uint8Array(Float32Array.from(value.floats).buffer)) };
  return { name, type: 4, bytes: block(5, tensorBytes((value as { tensor: TensorOptions }).tensor)) };
}

export const node = (opType: string, inputs: readonly string[], outputs: readonly string[], options: NodeOptions = {}): Node => ({ opType, inputs, outputs, ...options });

function tensorBytes({ name, type, shape, raw, external }: TensorOptions): number[] {
  return [
    ...shape.flatMap((n) => integer(1, n)), ...integer(2, type), ...block(8, name),
    ...(raw ? block(9, raw) : []),
    ...(external ?? []).flatMap(([key, value]) => block(13, [...block(1, key), ...block(2, value)])),
    ...(external ? integer(14, 1) : []),
  ];
}

/** A float array; without values, small numbers that differ. */
export function floats(name: string, shape: readonly number[], values?: readonly number[]): TensorOptions {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from(values ?? Array.from({ length: size }, (_, i) => Math.sin(1 + i * 1.7) * 0.8));
  return { name, type: 1, shape, raw: new Uint8Array(data.buffer) };
}

/** An int64 array: a vector of its values, or with a shape. */
export function ints(name: string, shapeOrValues: readonly number[], values?: readonly number[]): TensorOptions {
  const list = values ?? shapeOrValues;
  return { name, type: 7, shape: values === undefined ? [list.length] : shapeOrValues, raw: new Uint8Array(BigInt64Array.from(list, (n) => BigInt(n)).buffer) };
}

function valueBytes({ name, type = 1, shape, sequence }: ValueOptions): number[] {
  const axes = shape.flatMap((n) => block(1, typeof n === 'string' ? block(2, n) : integer(1, n)));
  const tensor = [...integer(1, type), ...block(2, axes)];
  // sequence(map(int64, tensor(float)))
  const kind = sequence === true ? block(4, block(1, block(5, [...integer(1, 7), ...block(2, block(1, integer(1, 1)))]))) : block(1, tensor);
  return [...block(1, name), ...block(2, kind)];
}

function graphBytes({ nodes, initializers, inputs, outputs }: FileOptions): number[] {
  const nodeBytes = ({ name, opType, domain, inputs: from, outputs: to, attributes = [], graphs = [] }: Node): number[] => [
    ...from.flatMap((each) => block(1, each)), ...to.flatMap((each) => block(2, each)), ...(name === undefined ? [] : block(3, name)), ...block(4, opType),
    ...attributes.flatMap((each) => block(5, [...block(1, each.name), ...each.bytes, ...integer(20, each.type)])),
    ...graphs.flatMap(([key, graph]) => block(5, [...block(1, key), ...block(6, graphBytes(graph)), ...integer(20, 5)])),
    ...(domain === undefined ? [] : block(7, domain)),
  ];
  return [
    ...nodes.flatMap((each) => block(1, nodeBytes(each))), ...block(2, 'graph'), ...initializers.flatMap((each) => block(5, tensorBytes(each))),
    ...inputs.flatMap((each) => block(11, valueBytes(each))), ...outputs.flatMap((each) => block(12, valueBytes(each))),
  ];
}

/** The bytes of a model. */
export function file(options: FileOptions): Uint8Array {
  const { opsets = [['', 13]], functions = [], producer = 'test' } = options;
  return Uint8Array.from([
    ...integer(1, 8), ...block(2, producer), ...block(7, graphBytes(options)),
    ...opsets.flatMap(([domain, version]) => block(8, [...block(1, domain), ...integer(2, version)])),
    ...functions.flatMap(([domain, name]) => block(25, [...block(1, name), ...block(10, domain)])),
  ]);
}
