import { describe, expect, it } from 'vitest';
import type { Call } from '../../engine/api/contract/index.ts';
import { listedCallers } from './caller-list.ts';

const call = (callerNumber: string | null, startedAtMs: number, callerName: string | null = null): Call => ({
  ...{ id: `call-${startedAtMs}`, tenantId: 'tenant', direction: 'inbound', callerNumber, callerName },
  ...{ calledNumber: '+12025550100', state: 'ended', outcome: 'answered', startedAtMs, answeredAtMs: null },
  ...{ endedAtMs: startedAtMs, hasRecording: false },
});
const line = {
  number: '+12025550123',
  name: 'Maria Lopez',
  calls: 7,
  optedOut: false,
  lastCallAtMs: 45,
  changedAtMs: 50,
};

describe('the list of callers', () => {
  it('takes those who are remembered together with those who only called', () => {
    const calls = [call('+12025550166', 40, 'Olivia'), call(line.number, 30), call('+12025550166', 20)];
    expect(listedCallers([line], calls)).toEqual([
      { number: line.number, name: 'Maria Lopez', calls: 7, optedOut: false, lastAtMs: 45 },
      { number: '+12025550166', name: 'Olivia', calls: 2, optedOut: false, lastAtMs: 40 },
    ]);
  });

  it('stands by name where that is asked for, those without one last', () => {
    const calls = [
      call('+12025550166', 60, 'Olivia'),
      call('+12025550177', 70),
      call('+12025550178', 65, 'Ann'),
    ];
    const names = listedCallers([line], calls, 'name').map(({ name }) => name);
    expect(names).toEqual(['Ann', 'Maria Lopez', 'Olivia', null]);
  });

  it('lists nobody for a number that is withheld, or that was called from here', () => {
    const outbound: Call = { ...call('+12025550100', 10), direction: 'outbound' };
    expect(listedCallers([], [call(null, 20), outbound])).toEqual([]);
  });

  it('says when a caller was heard of whose calls are too long ago to be listed', () => {
    expect(listedCallers([{ ...line, optedOut: true, lastCallAtMs: null }], [])).toEqual([
      { number: line.number, name: 'Maria Lopez', calls: 7, optedOut: true, lastAtMs: 50 },
    ]);
  });
});
