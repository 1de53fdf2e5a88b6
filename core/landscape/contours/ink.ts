import type { Levels } from './levels';

/** From here on the colour maps are light. */
const LIGHT = 0.7;

/** What is read on the colour of a height: white on the dark part of a colour map, black on the light one. */
export const inkOn = ({ low, high }: Pick<Levels, 'low' | 'high'>, height: number): '#fff' | '#000' => (high > low && (height - low) / (high - low) >= LIGHT ? '#000' : '#fff');

/** How a contour line is drawn over the colours; every fifth one stands out. `width` in pixels of a screen. */
export function contourStyle(levels: Levels, level: number): { readonly color: '#fff' | '#000'; readonly opacity: number; readonly width: number } {
  const major = Math.round(level / levels.step) % 5 === 0;
  return { color: inkOn(levels, level), opacity: major ? 0.7 : 0.34, width: major ? 1.5 : 1 };
}
