import { describe, expect, it } from 'vitest';
import type { Analytics } from '../../engine/api/contract/index.ts';
import { figuresOf } from './analytics-figures.ts';

const noOutcomes = {
  ...{ abandoned: 0, answered: 0, booked: 0, failed: 0 },
  ...{ interrupted: 0, message: 0, refused: 0, transferred: 0 },
};
const analytics = (totals: Partial<Analytics['totals']>): Analytics => ({
  ...{ from: '2026-03-01', to: '2026-03-07', timeZone: 'America/New_York', minutesPerCall: 3 },
  totals: {
    ...{ calls: 8, inbound: 6, outbound: 2, answered: 3, missed: 1, outcomes: { ...noOutcomes, booked: 2 } },
    ...{ talkMs: 600_000, averageMs: 75_000, revenue: [], ...totals },
  },
  ...{ savedMs: 5_400_000, latency: { turns: 4, p50Ms: 640, p95Ms: null } },
  ...{ days: [], hours: [], languages: [], missed: [], extractions: [] },
});
const named = (name: string, of: Analytics, earlier: Analytics | null = null) =>
  figuresOf(of, earlier).find((figure) => figure.name === name);

describe('the figures', () => {
  it('say what they count, as shares where that says more', () => {
    const of = analytics({});
    expect(named('Answered', of)).toMatchObject({ value: '3', help: '50 % of the calls from outside' });
    expect(named('Booked', of)).toMatchObject({ value: '2', calls: { status: 'booked' } });
    expect(named('Messages', of)).toMatchObject({ value: '0', now: 0 });
    expect(named('Average length', of)?.value).toBe('1:15');
    expect(named('Slow answer', of)).toMatchObject({ value: '–', now: null });
    expect(named('Hours saved', of)?.value).toBe('1.5 h');
  });

  it('are compared with the period before, once it is known', () => {
    expect(named('Calls', analytics({}))?.before).toBeNull();
    expect(named('Calls', analytics({}), analytics({ calls: 4 }))).toMatchObject({ now: 8, before: 4 });
    expect(
      named('Messages', analytics({}), analytics({ outcomes: { ...noOutcomes, message: 5 } }))?.before,
    ).toBe(5);
  });

  it('name what was booked in every currency, and compare the first', () => {
    const of = analytics({
      revenue: [
        { amountMinor: 12_000, currency: 'USD' },
        { amountMinor: 500, currency: 'EUR' },
      ],
    });
    const earlier = analytics({ revenue: [{ amountMinor: 900, currency: 'EUR' }] });
    expect(named('Booked value', of, earlier)).toMatchObject({ value: '$120.00 + €5.00', before: 0 });
    expect(named('Booked value', analytics({}))).toBeUndefined();
  });
});
