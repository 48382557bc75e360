import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { methods } from './index.ts';

it('is what docs/api.md lists, both ways', () => {
  const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `(\w+\.\w+)` \| `(\w+ [^`]+)` \|/gm)].map(([, name, request]) => [
    name,
    request,
  ]);
  const known = Object.entries(methods).map(([name, { verb, path }]) => [name, `${verb} ${path}`]);
  expect(listed.toSorted()).toEqual(known.toSorted());
});
