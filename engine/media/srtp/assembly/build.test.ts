import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('makes of the source what the call worker loads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-srtp-'));
  const made = join(folder, 'srtp.wasm');
  // In a process of its own: the compiler changes what arrays do.
  execFileSync(process.execPath, [fileURLToPath(new URL('./build.ts', import.meta.url)), made]);
  expect(readFileSync(new URL('../srtp.wasm', import.meta.url)).equals(readFileSync(made))).toBe(true);
  rmSync(folder, { recursive: true });
});
