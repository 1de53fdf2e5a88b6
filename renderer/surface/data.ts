/** A path of training in the plane. */
export interface PathData {
  /** Whose it is, where the plane holds several. */
  readonly name?: string | undefined;
  /** Share of its own variance that lies in the plane, where the plane was laid through several. */
  readonly share?: number | undefined;
  /** Coordinates in training order, `[n, 2]`, of a volume `[n, 3]`. */
  readonly points: Float64Array;
  readonly steps: Float64Array;
  /** Quantities at the true weights, each `[n]`. */
  readonly values: Readonly<Record<string, Float64Array>>;
}

/** A valley's floor, a pass or a hill's top, in plane coordinates. */
export interface CriticalMark {
  readonly kind: 'minimum' | 'saddle' | 'maximum';
  readonly x: number;
  readonly y: number;
}

/** Other weights with a place in the plane. */
export interface Anchor {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** In a volume. */
  readonly z?: number | undefined;
}

/** What the scene draws: the contract's surface, or the one inside a saved page. */
export interface SurfaceData {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Of a volume. */
  readonly z?: Float64Array | undefined;
  /** Row-major `[ny, nx]`, of a volume `[nz, ny, nx]`. NaN: not computed (yet); Infinity: no finite value there. */
  readonly values: Readonly<Record<string, Float64Array>>;
  /** Some points were chosen to be computed; those between them (NaN) are interpolated. */
  readonly chosen?: boolean | undefined;
  readonly trajectory?: PathData | undefined;
  /** `trajectory` is a path between networks, not one of training. */
  readonly between?: boolean | undefined;
  /** Paths of other runs in the same plane. */
  readonly otherTrajectories?: readonly PathData[] | undefined;
  readonly anchors?: readonly Anchor[] | undefined;
  /** Names of the axes. */
  readonly axes: readonly [string, string, ...string[]];
}

export type HeightScale = 'linear' | 'log';
export type ColorMapName = 'viridis' | 'magma' | 'cividis' | 'diverging';
export type Theme = 'light' | 'dark';

/** How the surface is shown. */
export interface SurfaceLook {
  readonly quantity: string;
  readonly scale: HeightScale;
  readonly colorMap: ColorMapName;
  readonly theme: Theme;
  readonly contours: boolean;
  readonly path: boolean;
  /** Dots at the points that are computed, where these were chosen. */
  readonly points: boolean;
  /** Values above are cut off flat; `null` shows all. */
  readonly ceiling: number | null;
  /** Lowest and highest value of the scale, where other pictures share it; `null`: its own. */
  readonly extent: readonly [number, number] | null;
  /** Height of the relief: 1 is the usual one. */
  readonly exaggeration: number;
}

export const defaultLook: SurfaceLook = {
  quantity: 'loss',
  scale: 'linear',
  colorMap: 'viridis',
  theme: 'light',
  contours: true,
  path: true,
  points: true,
  ceiling: null,
  extent: null,
  exaggeration: 1,
};

/** Whether two looks show the same heights. */
export const sameHeights = (a: SurfaceLook, b: SurfaceLook): boolean => a.quantity === b.quantity && a.scale === b.scale && a.ceiling === b.ceiling && a.extent?.join() === b.extent?.join();

/** From where the scene is seen, for pictures that are turned together. */
export interface SceneView {
  /** Radians around the vertical, and above the ground. */
  readonly azimuth: number;
  readonly elevation: number;
  /** As a share of the distance from which everything is seen. */
  readonly distance: number;
  readonly target: readonly [number, number, number];
}

/** A place in the plane. */
export interface PlanePoint {
  readonly x: number;
  readonly y: number;
}

/** What lies under the pointer. */
export interface PointerReading {
  readonly x: number;
  readonly y: number;
  readonly z?: number;
  readonly value: number;
}

/** Axis across which a volume is cut. */
export type SliceAxis = 'x' | 'y' | 'z';

/** What is shown of a volume. */
export interface VolumeLook {
  /** Values at which iso-surfaces lie, at most three. */
  readonly levels: readonly number[];
  /** A cut across an axis at one of its coordinates; `null`: none. */
  readonly slice: { readonly axis: SliceAxis; readonly at: number } | null;
}
