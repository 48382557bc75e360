import { describe, expect, it } from 'vitest';
import { FakeSchedule } from '../fake-network.ts';
import { standardTimers } from '../transaction/schedule.ts';
import { ReliableProvisionals, rackOf } from './reliable-provisional.ts';

function parts() {
  const schedule = new FakeSchedule();
  const sent: string[] = [];
  const onTimeout = () => void sent.push('timeout');
  const provisionals = new ReliableProvisionals({ schedule, timers: standardTimers, cseq: 7, onTimeout });
  const submit = (name: string): number => {
    const rseq = provisionals.next();
    provisionals.submit(rseq, () => void sent.push(name));
    return rseq;
  };
  return { schedule, sent, provisionals, submit };
}

describe('reliable provisional responses (RFC 3262 §3)', () => {
  it('are repeated at 0.5, 1, 2, 4 … s until the PRACK', () => {
    const { schedule, sent, provisionals, submit } = parts();
    const rseq = submit('183');
    schedule.advance(7600);
    expect(sent).toEqual(Array(5).fill('183'));
    expect(provisionals.acknowledge(rackOf(rseq, 8))).toBe(false);
    expect(provisionals.acknowledge(`${rseq}  7\tINVITE`)).toBe(true);
    expect(provisionals.acknowledge(rackOf(rseq, 7))).toBe(false);
    schedule.advance(60_000);
    expect(sent.length).toBe(5);
    expect(schedule.pending).toBe(0);
  });

  it('go one after the other, numbered without gaps, and the 2xx last', () => {
    const { sent, provisionals, submit } = parts();
    const first = submit('180');
    const second = submit('183');
    provisionals.submit(null, () => void sent.push('200'));
    expect([second - first, sent]).toEqual([1, ['180']]);
    provisionals.acknowledge(rackOf(first, 7));
    expect(sent).toEqual(['180', '183']);
    provisionals.acknowledge(rackOf(second, 7));
    expect(sent).toEqual(['180', '183', '200']);
  });

  it('give up after 64·T1, and what waits is dropped', () => {
    const { schedule, sent, provisionals, submit } = parts();
    submit('183');
    provisionals.submit(null, () => void sent.push('200'));
    schedule.advance(40_000);
    expect(sent.filter((name) => name !== '183')).toEqual(['timeout']);
    expect(schedule.pending).toBe(0);
  });
});
