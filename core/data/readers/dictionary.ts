import type { TextColumn } from '../source';

/** Gathers strings into codes and a dictionary, in the order in which each string is first met. */
export class DictionaryBuilder {
  private readonly known = new Map<string, number>();
  private codes = new Int32Array(1024);
  private length = 0;

  /** Adds one cell; null where it is missing. */
  add(text: string | null): void {
    if (this.length === this.codes.length) {
      const larger = new Int32Array(this.length * 2);
      larger.set(this.codes);
      this.codes = larger;
    }
    let code = -1;
    if (text !== null) {
      const known = this.known.get(text);
      code = known ?? this.known.size;
      if (known === undefined) this.known.set(text, code);
    }
    this.codes[this.length++] = code;
  }

  column(name: string): TextColumn {
    return { name, storage: 'text', codes: this.codes.slice(0, this.length), dictionary: [...this.known.keys()] };
  }
}
