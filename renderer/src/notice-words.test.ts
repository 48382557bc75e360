import { describe, expect, it } from 'vitest';
import type { Notice } from '../../engine/api/contract/index.ts';
import { toldOf } from './notice-words.ts';

const notice: Notice = {
  ...{ sequence: 7, kind: 'booking', atMs: 1, who: 'Ada', what: 'Filling', urgent: false },
  ...{ startsAtMs: Date.UTC(2026, 2, 10, 19, 30), callId: 'c1', appointmentId: 'a1', submissionId: null },
};
const told = (given: Partial<Notice>) => {
  const { title, text, href } = toldOf({ ...notice, ...given }, 'America/New_York');
  return { title, text, href };
};

describe('what is told', () => {
  it('says who booked what, and when it is in the zone of the business', () => {
    expect(told({})).toEqual({
      title: 'Ada booked',
      text: 'Filling · Tue, Mar 10, 3:30 PM',
      href: '#/calendar?day=2026-03-10&open=a1',
    });
    expect(told({ urgent: true }).title).toBe('Ada asks for an appointment');
  });

  it('says who was missed', () => {
    const missed = { kind: 'missed', what: null, startsAtMs: null } as const;
    expect(told({ ...missed, who: '+12025550123' }).text).toBe('From +1 202 555 0123');
    expect(told({ ...missed, who: null }).text).toBe('From a withheld number');
  });

  it('leads to what was left', () => {
    const left = { kind: 'message', what: 'Order', submissionId: 's1', startsAtMs: null } as const;
    expect(told({ ...left, urgent: true })).toEqual({
      title: 'Order from Ada',
      text: 'Urgent',
      href: '#/inbox/s1',
    });
    expect(told({ ...left, who: null }).title).toBe('Order');
  });
});
