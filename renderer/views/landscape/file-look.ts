import type { PictureLook } from '#host-client';
import type { SurfaceLook } from '../../surface';
import { wayShown } from './way-shown.svelte';

/** Files look as the picture does. */
export const fileLook = ({ scale, colorMap, points, contours, path, exaggeration }: SurfaceLook): PictureLook => ({ scale, colorMap, points, contours, path, relief: exaggeration, shown: wayShown.value });
