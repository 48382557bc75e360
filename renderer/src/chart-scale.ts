/** Numbers of an axis that are easy to read, from 0 to at least the largest: four steps at most. */
export function ticksTo(largest: number): number[] {
  if (largest <= 0) return [0, 1];
  const rough = largest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough) ?? rough);
  const ticks = [0];
  for (let tick = step; (ticks.at(-1) ?? 0) < largest; tick += step) ticks.push(tick);
  return ticks;
}

/** Every so many of a row's names have room: at most `most`. */
export const everyFor = (count: number, most: number): number => Math.max(1, Math.ceil(count / most));

/** Lines through points that are there, broken where some are missing (SVG path data). */
export const linesThrough = (
  points: readonly ({ readonly x: number; readonly y: number } | null)[],
): string =>
  points
    .map((point, i) =>
      point ? `${points[i - 1] ? 'L' : 'M'}${point.x.toFixed(1)} ${point.y.toFixed(1)}` : '',
    )
    .join('');
