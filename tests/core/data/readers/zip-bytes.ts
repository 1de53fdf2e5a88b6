import { crc32, deflateRawSync } from 'node:zlib';

/** An entry of a zip archive as the test wants it, true or false. */
export interface ZipEntry {
  name: string;
  data?: Uint8Array;
  store?: boolean;
  /** Bytes that the headers claim the entry unpacks to. */
  declared?: number;
  /** Already deflated. */
  packed?: Uint8Array;
  /** Unix file mode. */
  mode?: number;
  flags?: number;
  crc?: number;
  method?: number;
}

/** A zip archive put together by hand (APPNOTE 6.3.3, sections 4.3.7, 4.3.12 and 4.3.16), with whatever it is told to claim. */
export function zipBytes(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const data = entry.data ?? new Uint8Array();
    const name = Buffer.from(entry.name);
    const packed = Buffer.from(entry.packed ?? (entry.store ? data : deflateRawSync(data)));
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(entry.flags ?? 0x800, 2);
    shared.writeUInt16LE(entry.method ?? (entry.store ? 0 : 8), 4);
    shared.writeUInt32LE(entry.crc ?? crc32(data), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(entry.declared ?? data.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), shared, name, packed]);
    const central = Buffer.alloc(46);
    central.set([0x50, 0x4b, 1, 2, 20, 3]);
    shared.copy(central, 6);
    central.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38);
    central.writeUInt32LE(offset, 42);
    directory.push(Buffer.concat([central, name]));
    parts.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.set([0x50, 0x4b, 5, 6]);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}
