import { describe, expect, it } from 'vitest';
import { FakeSchedule, fakeFlow } from '../fake-network.ts';
import type { SipResponse } from '../message/model.ts';
import { InviteClientTransaction, NonInviteClientTransaction } from './client-transaction.ts';
import { standardTimers } from './schedule.ts';
import { InviteServerTransaction, NonInviteServerTransaction } from './server-transaction.ts';

const response = (status: number): SipResponse => ({
  kind: 'response',
  status,
  reason: 'x',
  headers: [],
  body: Buffer.alloc(0),
});

function serverParts(reliable: boolean, inDialog = true) {
  const schedule = new FakeSchedule();
  const flow = fakeFlow();
  const ended = { count: 0 };
  const options = {
    reliable,
    schedule,
    timers: standardTimers,
    inDialog,
    send: flow.send,
    onEnd: () => {
      ended.count += 1;
    },
  };
  return { schedule, sent: flow.sent, ended, options };
}

function clientParts(reliable: boolean) {
  const { schedule, sent, ended, options } = serverParts(reliable);
  const heard: (number | string)[] = [];
  return {
    schedule,
    sent,
    ended,
    heard,
    options: {
      ...options,
      request: Buffer.from('request'),
      onResponse: ({ status }: SipResponse) => void heard.push(status),
      onTimeout: () => void heard.push('timeout'),
      createAck: () => Buffer.from('ack'),
    },
  };
}

describe('INVITE server transaction (RFC 3261 §17.2.1)', () => {
  it('repeats a refusal at 0.5, 1, 2, 4, 4 … s until the ACK, then lasts T4', () => {
    const { schedule, sent, ended, options } = serverParts(false);
    const transaction = new InviteServerTransaction(options);
    transaction.respond(486, Buffer.from('486'));
    schedule.advance(12_000);
    expect(sent).toEqual(Array(6).fill('486'));
    transaction.acknowledged();
    schedule.advance(4999);
    expect([sent.length, ended.count]).toEqual([6, 0]);
    schedule.advance(1);
    expect(ended.count).toBe(1);
    expect(schedule.pending).toBe(0);
  });

  it('gives up after 64·T1 without an ACK (timer H)', () => {
    const { schedule, ended, options } = serverParts(false);
    new InviteServerTransaction(options).respond(500, Buffer.from('500'));
    schedule.advance(32_000);
    expect(ended.count).toBe(1);
    expect(schedule.pending).toBe(0);
  });

  it('does not repeat over a reliable transport, and ends with the ACK', () => {
    const { schedule, sent, ended, options } = serverParts(true);
    const transaction = new InviteServerTransaction(options);
    transaction.respond(486, Buffer.from('486'));
    schedule.advance(10_000);
    transaction.acknowledged();
    schedule.advance(0);
    expect([sent.length, ended.count]).toEqual([1, 1]);
  });

  it('answers a repeated INVITE with the last response, and absorbs it after a 2xx (RFC 6026)', () => {
    const { sent, options } = serverParts(false);
    const transaction = new InviteServerTransaction(options);
    transaction.respond(100, Buffer.from('100'));
    transaction.respond(180, Buffer.from('180'));
    transaction.repeated();
    transaction.respond(200, Buffer.from('200'));
    transaction.repeated();
    transaction.respond(500, Buffer.from('500'));
    expect(sent).toEqual(['100', '180', '180', '200']);
  });
});

describe('INVITE server transaction of a stranger (RFC 3261 §8.2.7)', () => {
  it.each([401, 407])('says %i once for each INVITE, and ends soon', (status) => {
    const { schedule, sent, ended, options } = serverParts(false, false);
    const transaction = new InviteServerTransaction(options);
    transaction.trying(() => Buffer.from('100'));
    transaction.repeated();
    transaction.respond(status, Buffer.from('challenge'));
    schedule.advance(999);
    expect(sent).toEqual(['challenge']);
    transaction.repeated();
    expect([sent.length, ended.count]).toEqual([2, 0]);
    schedule.advance(1);
    expect([ended.count, schedule.pending]).toEqual([1, 0]);
  });

  it('ends with the ACK for a challenge', () => {
    const { schedule, ended, options } = serverParts(false, false);
    const transaction = new InviteServerTransaction(options);
    transaction.respond(401, Buffer.from('401'));
    transaction.acknowledged();
    schedule.advance(0);
    expect(ended.count).toBe(1);
  });

  it('says any other refusal once for each INVITE, for 64·T1', () => {
    const { schedule, sent, ended, options } = serverParts(false, false);
    const transaction = new InviteServerTransaction(options);
    transaction.respond(404, Buffer.from('404'));
    schedule.advance(31_999);
    transaction.repeated();
    expect([sent, ended.count]).toEqual([['404', '404'], 0]);
    schedule.advance(1);
    expect([ended.count, schedule.pending]).toEqual([1, 0]);
  });

  it('repeats the refusal by itself where a 100 has ended the repetitions of the INVITE', () => {
    const { schedule, sent, options } = serverParts(false, false);
    const transaction = new InviteServerTransaction(options);
    transaction.trying(() => Buffer.from('100'));
    schedule.advance(199);
    expect(sent).toEqual([]);
    schedule.advance(1);
    transaction.respond(401, Buffer.from('401'));
    schedule.advance(500);
    expect(sent).toEqual(['100', '401', '401']);
    transaction.acknowledged();
    schedule.advance(5000);
    expect([sent.length, schedule.pending]).toEqual([3, 0]);
  });
});

describe('non-INVITE server transaction (RFC 3261 §17.2.2)', () => {
  it('forgets a challenge to a stranger soon, as it would be given again', () => {
    const { schedule, sent, ended, options } = serverParts(false, false);
    const transaction = new NonInviteServerTransaction(options);
    transaction.respond(401, Buffer.from('401'));
    schedule.advance(999);
    transaction.repeated();
    expect([sent.length, ended.count]).toEqual([2, 0]);
    schedule.advance(1);
    expect([ended.count, schedule.pending]).toEqual([1, 0]);
  });

  it('gives a repeated request the same response for 64·T1', () => {
    const { schedule, sent, ended, options } = serverParts(false);
    const transaction = new NonInviteServerTransaction(options);
    transaction.repeated();
    expect(sent).toEqual([]);
    transaction.respond(200, Buffer.from('200'));
    transaction.respond(404, Buffer.from('404'));
    schedule.advance(31_999);
    transaction.repeated();
    expect(sent).toEqual(['200', '200']);
    schedule.advance(1);
    expect(ended.count).toBe(1);
    expect(schedule.pending).toBe(0);
  });

  it('ends with its answer over a reliable transport (timer J)', () => {
    const { schedule, ended, options } = serverParts(true);
    new NonInviteServerTransaction(options).respond(200, Buffer.from('200'));
    schedule.advance(0);
    expect([ended.count, schedule.pending]).toEqual([1, 0]);
  });

  it('does not wait for ever for an answer', () => {
    const { schedule, ended, options } = serverParts(false);
    new NonInviteServerTransaction(options);
    schedule.advance(64_000);
    expect(ended.count).toBe(1);
  });
});

describe('INVITE client transaction (RFC 3261 §17.1.1)', () => {
  it('repeats the request at doubling pauses and times out after 64·T1', () => {
    const { schedule, sent, ended, heard, options } = clientParts(false);
    new InviteClientTransaction(options).start();
    schedule.advance(32_000);
    // At 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s.
    expect(sent.length).toBe(7);
    expect(heard).toEqual(['timeout']);
    expect([ended.count, schedule.pending]).toEqual([1, 0]);
  });

  it('waits as long over a reliable transport, and there ends with the refusal (timers B and D)', () => {
    const silent = clientParts(true);
    new InviteClientTransaction(silent.options).start();
    silent.schedule.advance(31_999);
    expect(silent.heard).toEqual([]);
    silent.schedule.advance(1);
    expect([silent.sent.length, silent.heard]).toEqual([1, ['timeout']]);
    const refused = clientParts(true);
    const transaction = new InviteClientTransaction(refused.options);
    transaction.start();
    transaction.received(response(486));
    refused.schedule.advance(0);
    expect([refused.sent, refused.ended.count]).toEqual([['request', 'ack'], 1]);
  });

  it('bears no long silence where there is another server, and waits for one that has answered', () => {
    const { schedule, sent, heard, options } = clientParts(false);
    new InviteClientTransaction({ ...options, silenceMs: 4000 }).start();
    schedule.advance(4000);
    expect([sent.length, heard]).toEqual([4, ['timeout']]);
    const slow = clientParts(false);
    const transaction = new NonInviteClientTransaction({ ...slow.options, silenceMs: 4000 });
    transaction.start();
    transaction.received(response(100));
    slow.schedule.advance(31_999);
    expect(slow.heard).toEqual([100]);
    slow.schedule.advance(1);
    expect(slow.heard).toEqual([100, 'timeout']);
  });

  it('after a CANCEL gives up 64·T1 later', () => {
    const { schedule, heard, options } = clientParts(false);
    const transaction = new InviteClientTransaction(options);
    transaction.start();
    transaction.received(response(180));
    schedule.advance(60_000);
    transaction.cancelled();
    schedule.advance(32_000);
    expect(heard).toEqual([180, 'timeout']);
  });

  it('stops repeating at a provisional response and waits', () => {
    const { schedule, sent, heard, options } = clientParts(false);
    const transaction = new InviteClientTransaction(options);
    transaction.start();
    transaction.received(response(180));
    schedule.advance(120_000);
    expect(sent.length).toBe(1);
    expect(heard).toEqual([180]);
  });

  it('acknowledges a refusal each time it comes, and tells of it once', () => {
    const { schedule, sent, ended, heard, options } = clientParts(false);
    const transaction = new InviteClientTransaction(options);
    transaction.start();
    transaction.received(response(486));
    transaction.received(response(486));
    expect(sent).toEqual(['request', 'ack', 'ack']);
    expect(heard).toEqual([486]);
    schedule.advance(32_000);
    expect([ended.count, schedule.pending]).toEqual([1, 0]);
  });

  it('passes every 2xx up for 64·T1, because its core acknowledges them', () => {
    const { schedule, sent, heard, options } = clientParts(false);
    const transaction = new InviteClientTransaction(options);
    transaction.start();
    transaction.received(response(200));
    transaction.received(response(200));
    schedule.advance(32_000);
    transaction.received(response(200));
    expect([sent.length, heard]).toEqual([1, [200, 200]]);
  });
});

describe('non-INVITE client transaction (RFC 3261 §17.1.2)', () => {
  it('repeats up to T2 and times out after 64·T1', () => {
    const { schedule, sent, heard, options } = clientParts(false);
    new NonInviteClientTransaction(options).start();
    schedule.advance(32_000);
    // At 0, 0.5, 1.5, 3.5 s and every 4 s from there.
    expect(sent.length).toBe(11);
    expect(heard).toEqual(['timeout']);
    expect(schedule.pending).toBe(0);
  });

  it('repeats every T2 once it was told to wait (timer E), and no longer than before (timer F)', () => {
    const { schedule, sent, heard, options } = clientParts(false);
    const transaction = new NonInviteClientTransaction(options);
    transaction.start();
    transaction.received(response(100));
    schedule.advance(3999);
    expect(sent.length).toBe(1);
    schedule.advance(1);
    expect(sent.length).toBe(2);
    schedule.advance(28_000);
    expect([sent.length, heard]).toEqual([8, [100, 'timeout']]);
  });

  it('lasts T4 after its answer, and not at all over a reliable transport (timer K)', () => {
    for (const [reliable, lastsMs] of [
      [false, 5000],
      [true, 0],
    ] as const) {
      const { schedule, ended, options } = clientParts(reliable);
      const transaction = new NonInviteClientTransaction(options);
      transaction.start();
      transaction.received(response(200));
      schedule.advance(lastsMs - 1);
      expect(ended.count).toBe(0);
      schedule.advance(1);
      expect([ended.count, schedule.pending]).toEqual([1, 0]);
    }
  });

  it('passes one final response up', () => {
    const { schedule, sent, heard, ended, options } = clientParts(false);
    const transaction = new NonInviteClientTransaction(options);
    transaction.start();
    transaction.received(response(100));
    transaction.received(response(200));
    transaction.received(response(200));
    schedule.advance(5000);
    expect([sent.length, heard, ended.count]).toEqual([1, [100, 200], 1]);
    expect(schedule.pending).toBe(0);
  });

  it('sends once over a reliable transport', () => {
    const { schedule, sent, heard, options } = clientParts(true);
    new NonInviteClientTransaction(options).start();
    schedule.advance(32_000);
    expect([sent.length, heard]).toEqual([1, ['timeout']]);
  });
});
