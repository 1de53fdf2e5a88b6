import { type Graph, Tensor, topologicalOrder, type TypedArray } from '#core/graph';

/** Takes the pieces of a description, one after the other, such as a hash. */
export interface Sink {
  update(piece: string | Uint8Array): unknown;
}

/**
 * Describes a graph in full: names, shapes, types, ops, attributes, every number of its constants, and the order in which nodes were made (which
 * lowering follows). Graphs of equal descriptions compile to the same program, whichever process made them.
 *
 * @returns the number of nodes, those of loops' bodies included; `undefined` for a graph that holds what cannot be described (a
 *   function as attribute)
 */
export function describeGraph({ inputs, outputs }: Graph, sink: Sink): number | undefined {
  const writer = new Writer(sink);
  for (const { name, shape, dtype } of inputs) sink.update(`in ${JSON.stringify(name)} ${dtype}[${shape.join()}]\n`);
  if (!writer.nodes(outputs.map(({ tensor }) => tensor))) return undefined;
  for (const { name, tensor } of outputs) sink.update(`out ${JSON.stringify(name)} ${writer.places.get(tensor)}\n`);
  return writer.places.size;
}

class Writer {
  readonly places = new Map<Tensor, number>();
  readonly #bodies = new Map<object, number>();

  constructor(private readonly sink: Sink) {}

  /** Describes whatever `outputs` need and has not been described; whether it could be. */
  nodes(outputs: readonly Tensor[]): boolean {
    for (const x of topologicalOrder(outputs)) {
      if (this.places.has(x)) continue;
      const attributes: string[] = [];
      for (const name of Object.keys(x.attributes).sort()) {
        const text = this.#value(x.attributes[name]);
        if (text === undefined) return false;
        attributes.push(`${name}=${text}`);
      }
      this.sink.update(`${x.op} ${x.inputs.map((input) => this.places.get(input)).join()} ${x.dtype}[${x.shape.join()}] ${attributes.join(' ')}\n`);
      this.places.set(x, this.places.size);
    }
    return true;
  }

  #value(value: unknown): string | undefined {
    switch (typeof value) {
      case 'undefined':
      case 'boolean':
      case 'string':
        return JSON.stringify(value) ?? 'nothing';
      case 'number':
        return Object.is(value, -0) ? '-0' : String(value);
      case 'object':
        return this.#object(value);
      default:
        return undefined;
    }
  }

  #object(value: object | null): string | undefined {
    if (Array.isArray(value)) {
      const items = value.map((item) => this.#value(item));
      return items.includes(undefined) ? undefined : `[${items.join()}]`;
    }
    if (value instanceof Tensor) return this.nodes([value]) ? `@${this.places.get(value)}` : undefined;
    if (ArrayBuffer.isView(value)) {
      const { buffer, byteOffset, byteLength, constructor } = value as TypedArray;
      this.sink.update(`numbers ${constructor.name} ${byteLength}\n`);
      this.sink.update(new Uint8Array(buffer, byteOffset, byteLength));
      return 'numbers';
    }
    return isBody(value) ? this.#body(value) : undefined;
  }

  #body(body: Body): string | undefined {
    if (!this.#bodies.has(body)) {
      if (!this.nodes([...body.inputs, ...body.outputs])) return undefined;
      const places = (list: readonly Tensor[]): string => list.map((x) => this.places.get(x)).join();
      this.sink.update(`body ${places(body.inputs)} gives ${places(body.outputs)}\n`);
      this.#bodies.set(body, this.#bodies.size);
    }
    return `#${this.#bodies.get(body)}`;
  }
}

/** What a loop carries out in each step. */
interface Body {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

function isBody(value: object | null): value is Body {
  const tensors = (list: unknown): boolean => Array.isArray(list) && list.every((x) => x instanceof Tensor);
  return value !== null && 'inputs' in value && 'outputs' in value && tensors(value.inputs) && tensors(value.outputs);
}
