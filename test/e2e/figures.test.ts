import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltSizes, builtSizes } from './built-sizes.ts';

const scriptsLimitBytes = 350 * 1024;
const firstViewLimitBytes = 100 * 1024;

describe('the page as it is built', () => {
  const outDir = mkdtempSync(join(tmpdir(), 'voxbox-built-'));
  let sizes: BuiltSizes;

  beforeAll(async () => {
    sizes = await builtSizes(outDir);
  });
  afterAll(() => rmSync(outDir, { recursive: true, force: true }));

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
