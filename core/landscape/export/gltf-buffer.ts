const FLOAT = 5126;
const UNSIGNED_INT = 5125;
const ARRAY_BUFFER = 34962;
const ELEMENT_ARRAY_BUFFER = 34963;

/** glTF's y points up: (x, y, z) becomes (x, z, -y). */
export function yUp(points: Float32Array): Float32Array {
  const turned = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 3) turned.set([points[i]!, points[i + 2]!, -points[i + 1]! + 0], i);
  return turned;
}

/** Collects accessors in one buffer; every entry is a multiple of four bytes, so that all stay aligned. */
export class GltfBuffer {
  private readonly chunks: Uint8Array[] = [];
  private readonly views: object[] = [];
  private readonly accessors: object[] = [];
  private length = 0;

  vectors(data: Float32Array, bounds = false): number {
    const accessor = { componentType: FLOAT, count: data.length / 3, type: 'VEC3' };
    return this.add(data, ARRAY_BUFFER, bounds ? { ...accessor, ...extremes(data) } : accessor);
  }

  indices(data: Uint32Array): number {
    return this.add(data, ELEMENT_ARRAY_BUFFER, { componentType: UNSIGNED_INT, count: data.length, type: 'SCALAR' });
  }

  finish(): object {
    const bytes = Buffer.concat(this.chunks);
    const uri = `data:application/octet-stream;base64,${bytes.toString('base64')}`;
    return { buffers: [{ byteLength: bytes.length, uri }], bufferViews: this.views, accessors: this.accessors };
  }

  private add(data: Float32Array | Uint32Array, target: number, accessor: object): number {
    this.chunks.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.views.push({ buffer: 0, byteOffset: this.length, byteLength: data.byteLength, target });
    this.length += data.byteLength;
    return this.accessors.push({ bufferView: this.views.length - 1, ...accessor }) - 1;
  }
}

function extremes(data: Float32Array): { min: number[]; max: number[] } {
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  data.forEach((value, i) => {
    min[i % 3] = Math.min(min[i % 3]!, value);
    max[i % 3] = Math.max(max[i % 3]!, value);
  });
  return { min, max };
}
