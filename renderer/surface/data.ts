/** The path of training in the plane. */
export interface PathData {
  /** `[n, 2]` plane coordinates in training order. */
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
}

/** What the scene draws: the contract's surface, or the one inside a saved page. */
export interface SurfaceData {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Row-major `[ny, nx]`. NaN: not computed yet; Infinity: no finite value there. */
  readonly values: Readonly<Record<string, Float64Array>>;
  readonly trajectory?: PathData | undefined;
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
  ceiling: null,
  extent: null,
  exaggeration: 1,
};

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
  readonly value: number;
}
