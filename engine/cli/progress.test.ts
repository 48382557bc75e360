import { expect, it } from 'vitest';
import { showProgress } from './progress.ts';

const steps = ['one', 'one', 'two'].map((id, i) => ({
  id,
  file: 'model.onnx',
  source: 'hub' as const,
  bytes: (i + 1) * 20_000_000,
  totalBytes: 60_000_000,
}));

function shown(isTerminal: boolean): string {
  let out = '';
  const io = {
    out: (text: string) => {
      out += text;
    },
    err() {},
    isTerminal,
  };
  const progress = showProgress(io);
  for (const step of steps) progress.show(step);
  progress.end();
  return out;
}

it('writes one line for each model where nobody watches', () => {
  expect(shown(false)).toBe('fetching one (60.0 MB from hub)\nfetching two (60.0 MB from hub)\n');
});

it('redraws one line where a person watches', () => {
  const lines = shown(true).split('\r');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/^\[#{8}\.{16}\] {2}33 % {2}one model\.onnx$/);
  expect(lines[3]).toMatch(/^\[#{24}\] 100 % {2}two model\.onnx *\n$/);
});
