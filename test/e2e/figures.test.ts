import { describe, expect, it } from 'vitest';
import { builtSizes } from './built-sizes.ts';

const scriptsLimitBytes = 350 * 1024;
const firstViewLimitBytes = 100 * 1024;

describe('the page as it is built', () => {
  const sizes = builtSizes();

  it('has few scripts', () => {
    expect(sizes.scriptsBytes).toBeLessThanOrEqual(scriptsLimitBytes);
  });

  it('shows the desk without waiting for the other pages', () => {
    expect(sizes.firstViewBytes).toBeLessThanOrEqual(firstViewLimitBytes);
    expect(sizes.firstViewBytes).toBeLessThan(sizes.scriptsBytes / 2);
  });

  it('carries no schema library', () => {
    expect(sizes.parts.map(([file]) => file).filter((file) => file.includes('zod'))).toEqual([]);
  });
});
