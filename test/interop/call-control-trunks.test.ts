import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../engine/foundation/index.ts';
import { ha1Of, type SrfRequest, type SrfResponse } from '../../engine/sip/index.ts';
import { startCallHouse } from './call-control-house.ts';
import { host, own, until } from './call-control-party.ts';

const house = await startCallHouse();
const { box, tenant, lines, events, invited, behaviours, ring, answers, controls, greeted, over, eventsOf } =
  house;

describe('calls over trunks', { retry: 0 }, () => {
  beforeEach(() => house.reset());
  afterEach(() => house.clear());
  afterAll(() => house.stop());

  const target = '+12125550147';
  const trunk = (name: string, priority: number, user: string) =>
    box.trunks.add({
      ...{ kind: 'digest', name, priority, username: `in-${user}`, ha1: ha1Of(`in-${user}`, 'x') },
      ...{
        host,
        port: house.outsidePort,
        authUsername: user,
        password: 'secret',
        callerId: own,
        codecs: ['PCMU'],
      },
    });

  it('a number is reached over the next trunk when the first fails, with an answered challenge and our caller id', async () => {
    const [bad, good] = [trunk('bad', 1, 'bad'), trunk('good', 2, 'good')];
    const challenge = `Digest realm="carrier", nonce="abc", qop="auth", algorithm=SHA-256`;
    const asked: string[] = [];
    const person = answers(target);
    const answer = behaviours.get(target);
    behaviours.set(target, (req: SrfRequest, res: SrfResponse) => {
      asked.push(`${req.get('cseq')} ${req.has('authorization') ? 'authorized' : 'plain'}`);
      if (asked.length === 1) res.send(503);
      else if (!req.has('authorization')) res.send(401, { headers: { 'WWW-Authenticate': challenge } });
      else answer?.(req, res);
    });
    const caller = await ring();
    await greeted();
    const transfer = controls().transfer({ to: { kind: 'number', number: target }, mode: 'attended' });
    const callee = await person;
    await until(() => callee.voiced > 10);
    expect(lines.lines().map(({ name, callsNow }) => [name, callsNow])).toEqual([
      ['bad', 0],
      ['good', 1],
    ]);
    callee.leg.sendDtmf('1');
    expect(await transfer).toEqual({ result: 'completed' });
    expect(asked.map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'INVITE plain',
      'INVITE plain',
      'INVITE authorized',
    ]);
    expect(invited.at(-1)?.get('from')).toContain(`sip:${own}@`);
    await over(caller, callee);
    expect(lines.lines().map(({ callsNow }) => callsNow)).toEqual([0, 0]);
    expect(box.outbound.used(tenant.id, systemClock.nowMs() + 1)).toMatchObject({ callsLastHour: 1 });
    for (const { id } of [bad, good]) box.trunks.remove(id);
  });

  it('a call beyond what the tenant may do is not placed', async () => {
    const line = trunk('only', 1, 'only');
    const caller = await ring();
    await greeted();
    const transfer = controls().transfer({
      to: { kind: 'number', number: '+882123456789' },
      mode: 'attended',
    });
    expect(await transfer).toMatchObject({ result: 'returned', code: 'outbound_not_allowed' });
    expect(invited).toEqual([]);
    await over(caller);
    box.trunks.remove(line.id);
  });

  it('a blind transfer by REFER hands the caller over, and a refused one is bridged', async () => {
    for (const accepts of [true, false]) {
      const line = trunk('line', 1, 'line');
      const person = answers(target);
      const caller = await ring();
      await greeted();
      const referred: string[] = [];
      caller.dialog?.on('refer', async (req, res) => {
        referred.push(req.get('refer-to') ?? '');
        res.send(accepts ? 202 : 603);
        if (!accepts) return;
        for (const [state, fragment] of [
          ['active', '100 Trying'],
          ['terminated;reason=noresource', '200 OK'],
        ] as const) {
          const headers = {
            Event: 'refer',
            'Subscription-State': state,
            'Content-Type': 'message/sipfrag',
          };
          await caller.dialog?.request({ method: 'NOTIFY', headers, body: `SIP/2.0 ${fragment}\r\n` });
        }
      });
      const transfer = controls().transfer({ to: { kind: 'number', number: target }, mode: 'blind' });
      if (accepts) await until(() => caller.ended);
      else {
        expect(await transfer).toEqual({ result: 'completed' });
        await over(caller, await person);
      }
      await over(caller);
      expect(referred).toHaveLength(1);
      expect(referred[0]).toContain(`sip:${target}@`);
      expect(eventsOf('call.transferred')).toHaveLength(1);
      expect(eventsOf('call.transferred')[0]).toMatchObject({ kind: 'blind', result: 'completed' });
      events.length = 0;
      box.trunks.remove(line.id);
    }
  });
});
