/** A quantity on a regular grid of three axes, `[nz, ny, nx]` (x fastest). What is not finite is a hole. */
export interface VolumeField {
  /** Points along x, y and z, at least 2 each. */
  readonly counts: readonly [number, number, number];
  readonly values: Float32Array | Float64Array;
}

/**
 * Kuhn's six tetrahedra of a cube, each a way from corner 0 to corner 7 along one axis after another (corner: bit 0 is x, bit 1 y,
 * bit 2 z). The cut of a face is the same from both of its cubes, so that the tetrahedra of the whole grid fit together.
 */
export const tetrahedra: readonly (readonly [number, number, number, number])[] = [[1, 2], [1, 4], [2, 1], [2, 4], [4, 1], [4, 2]].map(([first, second]) => [0, first!, first! + second!, 7] as const);

/** Steps of the grid index from a cell's corner 0 to its eight corners. */
export const cornerSteps = ([nx, ny]: VolumeField['counts']): readonly number[] =>
  Array.from({ length: 8 }, (_, corner) => (corner & 1) + ((corner >> 1) & 1) * nx + (corner >> 2) * nx * ny);
