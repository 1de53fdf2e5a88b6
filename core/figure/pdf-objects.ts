/** The numbered objects of a PDF file and the table of where they stand (ISO 32000-1, section 7.5). */
export class PdfObjects {
  private readonly bodies: (Buffer | undefined)[] = [];

  /** A place for an object that others refer to before it is written. The reference is what stands in other objects. */
  reserve(): string {
    return reference(this.bodies.push(undefined));
  }

  fill(place: string, body: string): void {
    this.bodies[Number.parseInt(place, 10) - 1] = Buffer.from(body, 'latin1');
  }

  add(body: string): string {
    return reference(this.bodies.push(Buffer.from(body, 'latin1')));
  }

  /** @param filter how the data are compressed: `/FlateDecode`, or not at all */
  addStream(dictionary: string, data: Uint8Array, filter?: string): string {
    const head = `<< ${dictionary} /Length ${data.length}${filter === undefined ? '' : ` /Filter ${filter}`} >>\nstream\n`;
    return reference(this.bodies.push(Buffer.concat([Buffer.from(head, 'latin1'), data, Buffer.from('\nendstream')])));
  }

  finish(catalog: string, info: string): Uint8Array {
    // The second line's bytes above 127 tell file-moving programs that this is no text.
    const parts = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
    const offsets: number[] = [];
    let length = parts[0]!.length;
    this.bodies.forEach((body, i) => {
      if (body === undefined) throw new Error(`PDF object ${i + 1} was never written`);
      offsets.push(length);
      const part = Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), body, Buffer.from('\nendobj\n')]);
      parts.push(part);
      length += part.length;
    });
    const table = ['0000000000 65535 f ', ...offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n `)].join('\n');
    const count = offsets.length + 1;
    parts.push(Buffer.from(`xref\n0 ${count}\n${table}\ntrailer\n<< /Size ${count} /Root ${catalog} /Info ${info} >>\nstartxref\n${length}\n%%EOF\n`));
    return Buffer.concat(parts);
  }
}

const reference = (object: number): string => `${object} 0 R`;
