import { UserError } from '#core/graph';

/** How a file of separated values is laid out. Quotes are `"`, doubled inside a quoted cell (RFC 4180). */
export interface Dialect {
  /** One ASCII character. */
  delimiter: string;
}

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const recordEnd = Uint8Array.of(lineFeed);

const enum State {
  recordStart,
  cellStart,
  plain,
  quoted,
  quoteInQuoted,
}

/**
 * Walks over the bytes of a whole file of separated values and makes sure that every record has as many cells as
 * the first: DuckDB's own sniffer would rather skip lines or merge them than say that something is wrong. Blank lines
 * do not count. Lines are counted from 1, as an editor does.
 */
export class CsvScan {
  /** Records, the header among them. */
  records = 0;
  /** Cells in a record; 0 before the first ends. */
  width = 0;
  /** Bytes of the longest record. */
  longest = 0;
  /** Whether blank lines, lone carriage returns or line ends of several kinds were met: DuckDB reads none of these well. */
  irregular = false;
  private ends = new Set<'\n' | '\r\n'>();
  private state = State.recordStart;
  private cells = 0;
  private line: number;
  private recordLine: number;
  private quoteLine = 0;
  private offset = 0;
  private recordOffset = 0;
  private previousReturn = false;
  private readonly delimiter: number;

  /**
   * @param file name for messages
   * @param line number of the first line, where lines above it were left out
   * @param sink takes the bytes again, with `\n` at the end of each record and without blank lines
   */
  constructor(
    private readonly file: string,
    dialect: Dialect,
    line = 1,
    private readonly sink?: (bytes: Uint8Array) => void,
  ) {
    this.delimiter = dialect.delimiter.charCodeAt(0);
    this.line = line;
    this.recordLine = line;
  }

  /** @throws UserError naming the line and the numbers of cells found and expected, or the line of a wrong quote. */
  write(bytes: Uint8Array): void {
    const { delimiter } = this;
    let kept = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      if (byte === 0) this.binary(this.offset + i);
      if (this.state === State.quoted) {
        if (byte === quote) this.state = State.quoteInQuoted;
        else if (byte === lineFeed) {
          if (!this.previousReturn) this.line++;
        } else if (byte === carriageReturn) this.line++;
        this.previousReturn = byte === carriageReturn;
        continue;
      }
      if (byte === lineFeed || byte === carriageReturn) {
        this.sink?.(bytes.subarray(kept, i));
        kept = i + 1;
        if (byte === lineFeed && this.previousReturn) {
          this.previousReturn = false;
          this.recordOffset = this.offset + i + 1;
          this.ends.add('\r\n');
          continue;
        }
        if (this.previousReturn) this.irregular = true;
        this.previousReturn = byte === carriageReturn;
        if (byte === lineFeed) this.ends.add('\n');
        if (this.state === State.recordStart) this.irregular = true;
        else {
          this.endRecord(this.offset + i);
          this.sink?.(recordEnd);
        }
        this.line++;
        this.recordLine = this.line;
        this.recordOffset = this.offset + i + 1;
        continue;
      }
      if (this.previousReturn) this.irregular = true;
      this.previousReturn = false;
      if (byte === delimiter) {
        this.cells++;
        this.state = State.cellStart;
      } else if (byte === quote) {
        if (this.state === State.recordStart || this.state === State.cellStart) {
          this.state = State.quoted;
          this.quoteLine = this.line;
        } else if (this.state === State.quoteInQuoted) this.state = State.quoted;
      } else if (this.state === State.quoteInQuoted) this.afterQuote();
      else this.state = State.plain;
    }
    this.sink?.(bytes.subarray(kept));
    this.offset += bytes.length;
    if (this.ends.size > 1) this.irregular = true;
  }

  /** @throws UserError where a quote was never closed or the last record is short. */
  end(): void {
    if (this.state === State.quoted) {
      throw new UserError('data.csv.quote', `${this.file}: the quote that opens in line ${this.quoteLine} is never closed.`, {
        hint: `Close it, or write a quote inside a quoted cell twice (""). Read to the end of the file, line ${this.line}.`,
      });
    }
    if (this.previousReturn) this.irregular = true;
    if (this.state !== State.recordStart) this.endRecord(this.offset);
  }

  private endRecord(offset: number): void {
    const cells = this.cells + 1;
    this.longest = Math.max(this.longest, offset - this.recordOffset);
    if (this.width === 0) this.width = cells;
    else if (cells !== this.width) {
      const open = this.quoteLine >= this.recordLine && this.quoteLine > 0 && this.line > this.recordLine;
      throw new UserError(
        'data.csv.ragged',
        `${this.file}, line ${this.recordLine}: ${count(cells)} found, ${this.width} expected (as in the first line).`,
        {
          hint: open
            ? `A quote makes this record run on to line ${this.line}: look at line ${this.recordLine} for a quote that is not closed.`
            : 'Give each line the same number of cells (leave a cell empty where a value is missing), or put cells that ' +
              `contain the delimiter in quotes. The delimiter is ${delimiterName(String.fromCharCode(this.delimiter))}.`,
        },
      );
    }
    this.records++;
    this.cells = 0;
    this.state = State.recordStart;
  }

  private afterQuote(): never {
    const where = this.quoteLine === this.line ? `in line ${this.line}` : `that opens in line ${this.quoteLine}`;
    throw new UserError(
      'data.csv.quote',
      `${this.file}, line ${this.line}: text follows the closing quote of a cell (the quote ${where}).`,
      { hint: 'Write a quote inside a quoted cell twice (""), and close each quote right before the delimiter.' },
    );
  }

  private binary(offset: number): never {
    throw new UserError('data.csv.binary', `${this.file}, line ${this.line}: a zero byte (byte ${offset + 1} of the file): this is not text.`, {
      hint: 'Check that the file is really a table of text; if it is UTF-16, choose that encoding.',
    });
  }
}

function count(cells: number): string {
  return cells === 1 ? '1 cell' : `${cells} cells`;
}

/** A delimiter in words. */
export function delimiterName(delimiter: string): string {
  const names: Record<string, string> = { ',': 'a comma', ';': 'a semicolon', '\t': 'a tab', '|': 'a bar (|)', ' ': 'a space' };
  return names[delimiter] ?? `"${delimiter}"`;
}
