/** Characters gathered before they are written. */
const enough = 2 ** 18;

/** Lines of a table as pieces of a file, a few hundred thousand characters each. */
export function* inPieces(rows: number, head: string, line: (row: number) => string): Generator<string> {
  let piece = head;
  for (let row = 0; row < rows; row++) {
    piece += line(row);
    if (piece.length >= enough) {
      yield piece;
      piece = '';
    }
  }
  yield piece;
}
