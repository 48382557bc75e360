import { describe, expect, it } from 'vitest';
import { ranked } from './ranking.ts';

const items = [
  { label: 'Settings · Audit log', words: 'who did what' },
  { label: 'Calls' },
  { label: 'Callers' },
  { label: 'José Álvarez', words: '+12025550123 +1 202 555 0123' },
  { label: 'Olivia Brown', words: '+12025550166' },
];
const labels = (term: string): string[] => ranked(items, term).map(({ label }) => label);

describe('ranked', () => {
  it('gives all in their order for nothing', () => {
    expect(labels('  ')).toEqual(items.map(({ label }) => label));
  });

  it('puts what begins with it before what has it within', () => {
    expect(labels('a')).toEqual(['Settings · Audit log', 'José Álvarez', 'Calls', 'Callers', 'Olivia Brown']);
    expect(labels('caller')).toEqual(['Callers']);
  });

  it('finds names without their accents and numbers by their digits', () => {
    expect(labels('jose alv')).toEqual(['José Álvarez']);
    expect(labels('0166')).toEqual(['Olivia Brown']);
    expect(labels('202 555')).toEqual(['José Álvarez', 'Olivia Brown']);
  });

  it('wants every word', () => {
    expect(labels('audit who')).toEqual(['Settings · Audit log']);
    expect(labels('audit nobody')).toEqual([]);
  });
});
