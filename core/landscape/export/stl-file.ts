export type Point = readonly [number, number, number];
export type Triangle = readonly [Point, Point, Point];

/** A binary STL file; normals follow from the triangles' orientation. */
export function encodeStl(triangles: readonly Triangle[]): Uint8Array {
  const bytes = new Uint8Array(84 + triangles.length * 50);
  bytes.set(new TextEncoder().encode('Basin loss surface, millimetres'));
  const view = new DataView(bytes.buffer);
  view.setUint32(80, triangles.length, true);
  triangles.forEach((triangle, i) => {
    [normalOf(triangle), ...triangle].forEach((point, p) =>
      point.forEach((value, k) => view.setFloat32(84 + i * 50 + p * 12 + k * 4, value, true)),
    );
  });
  return bytes;
}

function normalOf([a, b, c]: Triangle): Point {
  const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const [vx, vy, vz] = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
  const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx] as const;
  const length = Math.hypot(...normal) || 1;
  return [normal[0] / length, normal[1] / length, normal[2] / length];
}
