/** Where text stops being JSON; line and column from 1. */
export interface JsonFault {
  line: number;
  column: number;
  why: string;
}

/** Finds the first fault of JSON text by the language's own parser; null where there is none. */
export function findFault(text: string): JsonFault | null {
  const message = complaint(text);
  if (message === null) return null;
  const position = faultPosition(text);
  const before = text.slice(0, position);
  return {
    line: before.split('\n').length,
    column: before.length - before.lastIndexOf('\n'),
    why: message.replace(/ in JSON at position.*|, (?:\.\.\.)?".*/s, ''),
  };
}

/** The first fault of text that has one JSON value a line. */
export function firstFaultyLine(text: string): JsonFault | null {
  for (const [index, line] of text.split('\n').entries()) {
    const fault = line.trim() === '' ? null : findFault(line);
    if (fault) return { ...fault, line: index + 1 };
  }
  return null;
}

function complaint(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return (error as SyntaxError).message;
  }
}

/**
 * The parser does not always say where. A beginning of the text that ends before the fault is only unfinished, so the
 * longest such beginning is found by halving.
 */
function faultPosition(text: string): number {
  const unfinished = (length: number): boolean => {
    const message = complaint(text.slice(0, length));
    if (message === null || /end of JSON|^Unterminated/.test(message)) return true;
    return Number(/at position (\d+)/.exec(message)?.[1] ?? -1) >= length;
  };
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (unfinished(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
