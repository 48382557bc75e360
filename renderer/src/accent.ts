/** Of a colour that somebody chose, one that can be read (WCAG 2.2, 1.4.3). */

const least = 4.5;
const steps = 20;

type Colour = readonly [red: number, green: number, blue: number];

const parse = (hex: string): Colour =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as never;
const print = (colour: Colour): string =>
  `#${colour.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
const mixed = (one: Colour, other: Colour, share: number): Colour =>
  one.map((value, at) => value + ((other[at] ?? 0) - value) * share) as never;

function luminance([red, green, blue]: Colour): number {
  const linear = (value: number): number => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

export function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(parse(one)), luminance(parse(other))].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Mixed with black or white until it can be read on every ground of that scheme. */
function readable(hex: string, grounds: readonly string[], towards: 'black' | 'white'): string {
  const end: Colour = towards === 'black' ? [0, 0, 0] : [255, 255, 255];
  for (let step = 0; step <= steps; step += 1) {
    const colour = print(mixed(parse(hex), end, step / steps));
    if (grounds.every((ground) => contrast(colour, ground) >= least)) return colour;
  }
  return print(end);
}

/** The colours of the accent, for light and for dark; the grounds are those of tokens.css. */
export function accentOf(hex: string): Readonly<Record<string, string>> {
  const soft = (ground: string): string => print(mixed(parse(ground), parse(hex), 0.12));
  const [lightSoft, darkSoft] = [soft('#ffffff'), soft('#1e1d1a')];
  const light = readable(hex, ['#f7f6f3', '#ffffff', '#f0eeea', lightSoft], 'black');
  const dark = readable(hex, ['#161513', '#1e1d1a', '#262420', darkSoft], 'white');
  return {
    '--accent': `light-dark(${light}, ${dark})`,
    '--accent-hover': `light-dark(${print(mixed(parse(light), [0, 0, 0], 0.2))}, ${print(mixed(parse(dark), [255, 255, 255], 0.2))})`,
    '--accent-soft': `light-dark(${lightSoft}, ${darkSoft})`,
    '--on-accent': 'light-dark(#ffffff, #000000)',
  };
}
