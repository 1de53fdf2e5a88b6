import { jsonLanguage } from '@codemirror/lang-json';

type Node = ReturnType<typeof jsonLanguage.parser.parse>['topNode'];

/** A stretch of text, in characters from its beginning. */
export interface Span {
  from: number;
  to: number;
}

/**
 * Where the value at `path` stands in a JSON text: the field's name for a field, the value for an element of an array.
 * A path that the text does not have (a field left out) is found at its nearest ancestor.
 */
export function locate(text: string, path: readonly (string | number)[]): Span {
  const tree = jsonLanguage.parser.parse(text);
  let node: Node | null = tree.topNode.firstChild;
  let span: Span = { from: node?.from ?? 0, to: Math.min(text.length, (node?.from ?? 0) + 1) };
  for (const part of path) {
    const child: Node | null = node && (node.name === 'Array' ? element(node, Number(part)) : property(node, String(part), text));
    if (!child) break;
    const name = child.name === 'Property' ? child.getChild('PropertyName') : null;
    span = { from: (name ?? child).from, to: (name ?? child).to };
    node = child.name === 'Property' ? child.lastChild : child;
  }
  return span;
}

function property(node: Node, name: string, text: string): Node | null {
  return node.getChildren('Property').find((child) => {
    const found = child.getChild('PropertyName');
    return found !== null && text.slice(found.from, found.to) === JSON.stringify(name);
  }) ?? null;
}

const values = new Set(['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null']);

function element(node: Node, index: number): Node | null {
  let seen = 0;
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (values.has(child.name) && seen++ === index) return child;
  }
  return null;
}
