import { describe, expect, it } from 'vitest';
import { fakeReadyLine } from './fake-engine.ts';
import { parseReadyLine } from './ready-line.ts';

const told = JSON.stringify(fakeReadyLine);

describe('parseReadyLine', () => {
  it('reads what serve tells, with and without a token', () => {
    const { token: _none, ...today } = fakeReadyLine;
    expect(parseReadyLine(JSON.stringify(today))).toEqual(fakeReadyLine);
    expect(parseReadyLine(JSON.stringify({ ...today, token: 'abc' }))?.token).toBe('abc');
  });

  it('reads one that takes no calls', () => {
    const line = JSON.stringify({ ...fakeReadyLine, event: 'degraded', trouble: 'no models' });
    expect(parseReadyLine(line)).toMatchObject({ event: 'degraded', trouble: 'no models' });
  });

  it.each([
    ['', 'nothing'],
    ['Voxbox is ready.', 'words'],
    [told.slice(0, -1), 'half a line'],
    ['null', 'no object'],
    ['{"event":"ready"}', 'no address'],
    [told.replace('http://', 'file://'), 'an address that is no page'],
    [told.replace('"ready"', '"gone"'), 'another event'],
  ])('is null for %j: %s', (line) => {
    expect(parseReadyLine(line)).toBeNull();
  });
});
