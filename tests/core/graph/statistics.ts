/** Tail probabilities for tests of random numbers. A test of this kind fails when its p-value is below the stated significance. */

/** log of the gamma function (Lanczos 1964, with g = 7). */
function logGamma(x: number): number {
  const c = [0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const series = c.reduce((total, ci, i) => (i === 0 ? ci : total + ci / (x - 1 + i)), 0);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

/** The upper regularised incomplete gamma function: a series below `a + 1` (Abramowitz and Stegun 6.5.29), a continued fraction above. */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let total = term;
    for (let n = 1; term > 1e-16 * total; n++) total += term *= x / (a + n);
    return 1 - front * total;
  }
  let fraction = 0;
  for (let n = 300; n >= 1; n--) fraction = (n * (n - a)) / (x + 2 * n + 1 - a - fraction);
  return front / (x + 1 - a - fraction);
}

/** Probability that a chi-square variable exceeds `statistic`. */
export const chiSquareTail = (statistic: number, freedom: number): number => upperGamma(freedom / 2, statistic / 2);

/** Pearson's test: the p-value of counts against expected counts; `estimated` parameters were taken from the data. */
export function chiSquareTest(counts: ArrayLike<number>, expected: ArrayLike<number>, estimated = 0): number {
  let statistic = 0;
  for (let i = 0; i < counts.length; i++) statistic += (counts[i]! - expected[i]!) ** 2 / expected[i]!;
  return chiSquareTail(statistic, counts.length - 1 - estimated);
}

/** The normal distribution function. */
export const normalCdf = (z: number): number => (z < 0 ? upperGamma(0.5, (z * z) / 2) / 2 : 1 - upperGamma(0.5, (z * z) / 2) / 2);

/** Two-sided p-value of a standard normal statistic. */
export const normalTest = (z: number): number => upperGamma(0.5, (z * z) / 2);

/** The test of Kolmogorov and Smirnov: p-value of a sample against a distribution function (Stephens 1970's correction for size). */
export function kolmogorovTest(sample: ArrayLike<number>, cdf: (x: number) => number): number {
  const sorted = Float64Array.from(sample).sort();
  const n = sorted.length;
  let d = 0;
  sorted.forEach((x, i) => (d = Math.max(d, (i + 1) / n - cdf(x), cdf(x) - i / n)));
  const t = d * (Math.sqrt(n) + 0.12 + 0.11 / Math.sqrt(n));
  let p = 0;
  for (let k = 1; k <= 1000; k++) p += 2 * (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * t * t);
  return Math.min(1, Math.max(0, p));
}

/** Correlation of two samples of independent numbers, as a standard normal statistic. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>, count = a.length, shift = 0): number {
  const mean = (x: ArrayLike<number>, from: number): number => {
    let total = 0;
    for (let i = 0; i < count; i++) total += x[from + i]!;
    return total / count;
  };
  const [ma, mb] = [mean(a, 0), mean(b, shift)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [x, y] = [a[i]! - ma, b[shift + i]! - mb];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return (ab / Math.sqrt(aa * bb)) * Math.sqrt(count);
}
