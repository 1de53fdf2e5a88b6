import type { Known } from '../array';
import type { ExternalData } from './external';
import { limits } from './limits';
import { fieldsOf, floatsOf, integerOf, integersOf, messageOf, type Refuse, textOf } from './protobuf';
import { readTensor, type StoredArray } from './tensor';

/** An attribute of a node. */
export type Attribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: Known }
  | { readonly kind: 'graph'; readonly value: OnnxGraph }
  | { readonly kind: 'other' };

export interface OnnxNode {
  /** The file's name for it, or its operator and place. */
  readonly name: string;
  readonly opType: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  /** Names of values; empty for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** What a file says of an input or output. */
export interface ValueInfo {
  readonly name: string;
  /** Code of the element type; 0 where the value is no tensor or nothing is said. */
  readonly elementType: number;
  /** A number, the name of an axis of any length, or null where nothing is said; undefined: not even the rank. */
  readonly shape: readonly (number | string | null)[] | undefined;
  /** `tensor`, or what else it is (`sequence`, `map`). */
  readonly kind: 'tensor' | 'other';
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly StoredArray[];
  /** Inputs, those that have an initializer as their default among them. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/** An ONNX file as it stands: nothing is judged yet but its form. */
export interface OnnxFile {
  readonly irVersion: number;
  /** Program and version that wrote it: `pytorch 1.13.0`. */
  readonly producer: string;
  /** Versions of the operator sets by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
  /** Names of the functions that the file itself defines: `domain:name`. */
  readonly functions: readonly string[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** Reads the bytes of an ONNX file (a ModelProto, see onnx.proto). */
export function readModel(bytes: Uint8Array, refuse: Refuse, external: ExternalData): OnnxFile {
  const reader = new ModelReader(refuse, external);
  let irVersion = 0;
  let producer = '';
  let version = '';
  let graph: OnnxGraph | undefined;
  const opsets = new Map<string, number>();
  const functions: string[] = [];
  const metadata = new Map<string, string>();
  for (const field of fieldsOf(bytes, refuse)) {
    switch (field.number) {
      case 1: irVersion = integerOf(field, refuse); break;
      case 2: producer = textOf(field, refuse); break;
      case 3: version = textOf(field, refuse); break;
      case 7:
        if (graph !== undefined) refuse('it holds two graphs');
        graph = reader.graph(messageOf(field, refuse), 0);
        break;
      case 8: {
        const [domain = '', number = 0] = reader.texts(messageOf(field, refuse), [1], [2]);
        opsets.set(domainOf(String(domain)), Number(number));
        break;
      }
      case 14: {
        const [key = '', value = ''] = reader.texts(messageOf(field, refuse), [1, 2], []);
        metadata.set(String(key), String(value));
        break;
      }
      case 25: {
        const [name = '', domain = ''] = reader.texts(messageOf(field, refuse), [1, 10], []);
        functions.push(`${domain}:${name}`);
        break;
      }
    }
  }
  if (graph === undefined) return refuse('it holds no graph');
  if (graph.nodes.length === 0) refuse('its graph has no nodes');
  return { irVersion, producer: [producer, version].filter(Boolean).join(' '), opsets, graph, functions, metadata };
}

/** `ai.onnx` is another name of ONNX's own domain. */
const domainOf = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);

class ModelReader {
  #nodes = 0;

  constructor(
    readonly refuse: Refuse,
    readonly external: ExternalData,
  ) {}

  graph(bytes: Uint8Array, depth: number): OnnxGraph {
    const { refuse } = this;
    if (depth > limits.graphDepth) refuse(`it has graphs within graphs, deeper than ${limits.graphDepth}`);
    const nodes: OnnxNode[] = [];
    const initializers: StoredArray[] = [];
    const inputs: ValueInfo[] = [];
    const outputs: ValueInfo[] = [];
    let name = '';
    for (const field of fieldsOf(bytes, refuse)) {
      switch (field.number) {
        case 1:
          if (++this.#nodes > limits.nodes) refuse(`it has more than ${limits.nodes} nodes`);
          nodes.push(this.#node(messageOf(field, refuse), nodes.length, depth));
          break;
        case 2: name = textOf(field, refuse); break;
        case 5: initializers.push(readTensor(messageOf(field, refuse), refuse, this.external)); break;
        case 11: inputs.push(this.#value(messageOf(field, refuse))); break;
        case 12: outputs.push(this.#value(messageOf(field, refuse))); break;
        case 15: refuse('it has a sparse initializer, which Basin does not read');
      }
    }
    return { name, nodes, initializers, inputs, outputs };
  }

  #node(bytes: Uint8Array, place: number, depth: number): OnnxNode {
    const { refuse } = this;
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes = new Map<string, Attribute>();
    let name = '';
    let opType = '';
    let domain = '';
    for (const field of fieldsOf(bytes, refuse)) {
      switch (field.number) {
        case 1: inputs.push(textOf(field, refuse)); break;
        case 2: outputs.push(textOf(field, refuse)); break;
        case 3: name = textOf(field, refuse); break;
        case 4: opType = textOf(field, refuse); break;
        case 5: {
          const [key, attribute] = this.#attribute(messageOf(field, refuse), depth);
          attributes.set(key, attribute);
          break;
        }
        case 7: domain = domainOf(textOf(field, refuse)); break;
      }
    }
    if (opType === '') refuse(`node ${place} has no operator`);
    return { name: name === '' ? `${opType}_${place}` : name, opType, domain, inputs, outputs, attributes };
  }

  #attribute(bytes: Uint8Array, depth: number): [string, Attribute] {
    const { refuse } = this;
    let name = '';
    let type = 0;
    let float = 0;
    let int = 0;
    let string = '';
    let tensor: Known | undefined;
    let graph: OnnxGraph | undefined;
    const floats: number[] = [];
    const ints: number[] = [];
    const strings: string[] = [];
    for (const field of fieldsOf(bytes, refuse)) {
      switch (field.number) {
        case 1: name = textOf(field, refuse); break;
        case 2: {
          const one: number[] = [];
          floatsOf(field, 4, refuse, one);
          float = one[0] ?? 0;
          break;
        }
        case 3: int = integerOf(field, refuse); break;
        case 4: string = textOf(field, refuse); break;
        case 5: tensor = readTensor(messageOf(field, refuse), refuse, this.external).array; break;
        case 6: graph = this.graph(messageOf(field, refuse), depth + 1); break;
        case 7: floatsOf(field, 4, refuse, floats); break;
        case 8: integersOf(field, refuse, ints); break;
        case 9: strings.push(textOf(field, refuse)); break;
        case 20: type = integerOf(field, refuse); break;
      }
    }
    const attribute = ((): Attribute => {
      switch (type) {
        case 1: return { kind: 'float', value: float };
        case 2: return { kind: 'int', value: int };
        case 3: return { kind: 'string', value: string };
        case 4: return tensor === undefined ? { kind: 'other' } : { kind: 'tensor', value: tensor };
        case 5: return graph === undefined ? { kind: 'other' } : { kind: 'graph', value: graph };
        case 6: return { kind: 'floats', value: floats };
        case 7: return { kind: 'ints', value: ints };
        case 8: return { kind: 'strings', value: strings };
        default: return { kind: 'other' };
      }
    })();
    return [name, attribute];
  }

  #value(bytes: Uint8Array): ValueInfo {
    const { refuse } = this;
    let name = '';
    let found: Omit<ValueInfo, 'name'> = { elementType: 0, shape: undefined, kind: 'tensor' };
    for (const field of fieldsOf(bytes, refuse)) {
      if (field.number === 1) name = textOf(field, refuse);
      if (field.number !== 2) continue;
      for (const kind of fieldsOf(messageOf(field, refuse), refuse)) {
        if (kind.number === 1) found = this.#tensorType(messageOf(kind, refuse));
        else if (kind.wire === 2 && kind.number !== 6) found = { elementType: 0, shape: undefined, kind: 'other' };
      }
    }
    return { name, ...found };
  }

  #tensorType(bytes: Uint8Array): Omit<ValueInfo, 'name'> {
    const { refuse } = this;
    let elementType = 0;
    let shape: (number | string | null)[] | undefined;
    for (const field of fieldsOf(bytes, refuse)) {
      if (field.number === 1) elementType = integerOf(field, refuse);
      if (field.number !== 2) continue;
      shape = [];
      for (const axis of fieldsOf(messageOf(field, refuse), refuse)) {
        if (axis.number !== 1) continue;
        const [length, symbol] = this.texts(messageOf(axis, refuse), [], [1], [2]);
        // Old exporters wrote 0 or a negative number for an axis of any length.
        shape.push(typeof symbol === 'string' && symbol !== '' ? symbol : typeof length === 'number' && length > 0 ? length : null);
      }
      if (shape.length > limits.rank) refuse(`"${shape.length}" axes of a value; Basin reads up to ${limits.rank}`);
    }
    return { elementType, shape, kind: 'tensor' };
  }

  /** The named fields of a small message: texts, then integers, then texts again. */
  texts(bytes: Uint8Array, texts: readonly number[], integers: readonly number[], more: readonly number[] = []): (string | number | undefined)[] {
    const wanted = [...texts, ...integers, ...more];
    const found = new Array<string | number | undefined>(wanted.length).fill(undefined);
    for (const field of fieldsOf(bytes, this.refuse)) {
      const at = wanted.indexOf(field.number);
      if (at < 0) continue;
      found[at] = integers.includes(field.number) ? integerOf(field, this.refuse) : textOf(field, this.refuse);
    }
    return found;
  }
}
