import { type DType, type TypedArray, UserError } from '#core/graph';
import { ProtobufWriter } from './protobuf';

/** ONNX's element types (TensorProto.DataType). */
export const onnxTypes = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11, uint64: 13 } as const;
export type OnnxType = keyof typeof onnxTypes;

/** An attribute: integers and strings as they are, floats wrapped, since the wire format tells them apart; the body of a loop. */
export type NodeAttribute = number | string | readonly number[] | { readonly float: number } | { readonly graph: OnnxGraph };

export interface OnnxNode {
  readonly opType: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, NodeAttribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: TypedArray;
}

/** A name, a type and a shape; a string is the name of an axis whose length is known only at run time. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Shapes on the way that cannot be inferred from the operators. */
  readonly values?: readonly OnnxValue[];
}

export interface OnnxModel extends OnnxGraph {
  readonly opset: number;
  /** Intermediate shapes, for readers of the file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Protocol Buffers cannot hold more. */
const LARGEST = 2 ** 31 - 1;

/** The model as an ONNX file. Field numbers are those of onnx.proto (IR version 8). */
export function encodeModel(model: OnnxModel): Uint8Array {
  const file = new ProtobufWriter().integer(1, 8).string(2, 'basin').message(7, encodeGraph(model));
  const domains: [string, number][] = [['', model.opset], ...[...foreignDomains(model)].map((domain): [string, number] => [domain, 1])];
  for (const [domain, version] of domains) file.message(8, new ProtobufWriter().string(1, domain).integer(2, version));
  for (const [key, value] of Object.entries(model.metadata ?? {})) file.message(14, new ProtobufWriter().string(1, key).string(2, value));
  if (file.length > LARGEST) {
    throw new UserError('onnx.too-large', `the ONNX file would take ${(file.length / 2 ** 30).toFixed(1)} GB; the format ends at 2 GB`, {
      hint: 'feed large arrays as inputs instead of constants',
    });
  }
  return file.finish();
}

/** Domains of operators beyond ONNX's own, in the graph and in the bodies of its loops. */
function foreignDomains(graph: OnnxGraph): Set<string> {
  return new Set(graph.nodes.flatMap(({ domain, attributes }) => [
    ...(domain === undefined ? [] : [domain]),
    ...Object.values(attributes).flatMap((value) => (typeof value === 'object' && 'graph' in value ? [...foreignDomains(value.graph)] : [])),
  ]));
}

function encodeGraph(graph: OnnxGraph): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const node of graph.nodes) writer.message(1, encodeNode(node));
  writer.string(2, graph.name);
  for (const tensor of graph.initializers) writer.message(5, encodeTensor(tensor));
  for (const value of graph.inputs) writer.message(11, encodeValue(value));
  for (const value of graph.outputs) writer.message(12, encodeValue(value));
  for (const value of graph.values ?? []) writer.message(13, encodeValue(value));
  return writer;
}

function encodeNode(node: OnnxNode): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const name of node.inputs) writer.string(1, name);
  for (const name of node.outputs) writer.string(2, name);
  writer.string(3, node.outputs[0]!).string(4, node.opType);
  for (const [name, value] of Object.entries(node.attributes)) writer.message(5, encodeAttribute(name, value));
  if (node.domain !== undefined) writer.string(7, node.domain);
  return writer;
}

function encodeAttribute(name: string, value: NodeAttribute): ProtobufWriter {
  const writer = new ProtobufWriter().string(1, name);
  if (typeof value === 'number') return writer.integer(3, value).integer(20, 2);
  if (typeof value === 'string') return writer.string(4, value).integer(20, 3);
  if ('float' in value) return writer.float(2, value.float).integer(20, 1);
  if ('graph' in value) return writer.message(6, encodeGraph(value.graph)).integer(20, 5);
  for (const n of value) writer.integer(8, n);
  return writer.integer(20, 7);
}

function encodeTensor({ name, shape, dtype, data }: OnnxTensor): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const n of shape) writer.integer(1, n);
  writer.integer(2, onnxTypes[dtype]).string(8, name);
  return writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function encodeValue({ name, dtype, shape }: OnnxValue): ProtobufWriter {
  const dims = new ProtobufWriter();
  for (const n of shape) {
    dims.message(1, typeof n === 'string' ? new ProtobufWriter().string(2, n) : new ProtobufWriter().integer(1, n));
  }
  const tensor = new ProtobufWriter().integer(1, onnxTypes[dtype]).message(2, dims);
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensor));
}
