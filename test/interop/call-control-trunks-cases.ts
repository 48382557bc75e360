import { describe, expect, it } from 'vitest';
import { systemClock } from '../../engine/foundation/index.ts';
import { digestHash, digestResponse } from '../../engine/sip/digest.ts';
import { fakeSdp } from '../../engine/sip/fake-line.ts';
import { type FakePhone, fakePhone } from '../../engine/sip/fake-phone.ts';
import {
  buildAnswer,
  ha1Of,
  negotiateAudio,
  parseOffer,
  type SrfRequest,
  type SrfResponse,
} from '../../engine/sip/index.ts';
import { headerValue } from '../../engine/sip/message/headers.ts';
import type { SipMessage, SipRequest } from '../../engine/sip/message/model.ts';
import type { CallHouse } from './call-control-house.ts';
import { host, own, type Party, tones, until } from './call-control-party.ts';

export function trunkCallCases(house: CallHouse): void {
  const {
    box,
    tenant,
    lines,
    events,
    invited,
    behaviours,
    ring,
    answers,
    controls,
    greeted,
    over,
    eventsOf,
  } = house;

  describe.sequential('calls over trunks', () => {
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

    it('a trunk that challenges every request gets the right answer within a call too, up to the BYE', async () => {
      const carrier = await fakePhone({ serverPort: house.sipPort });
      const line = box.trunks.add({
        ...{ kind: 'digest', name: 'strict', username: 'in-strict', ha1: ha1Of('in-strict', 'x') },
        ...{ host, port: carrier.port, authUsername: 'box', password: 'secret', codecs: ['PCMU'] },
      });
      const caller = await ring(own, { headers: { Allow: 'INVITE, ACK, BYE, CANCEL' } });
      await greeted();
      const transfer = controls().transfer({ to: { kind: 'number', number: target }, mode: 'blind' });
      const invite = await challenged(carrier, 'INVITE');
      expect(invite.uri).toBe(`sip:${target}@${host}:${carrier.port}`);
      // Refreshing the session is left to those who need no password for it.
      expect(headerValue(invite.headers, 'Session-Expires')).toBe('1800;refresher=uas');
      carrier.send(answerOf(carrier, invite));
      expect(await transfer).toEqual({ result: 'completed' });
      await caller.hangUp();
      const bye = await challenged(carrier, 'BYE');
      expect(bye.uri).toBe(`sip:gateway@${host}:${carrier.port};leg=7`);
      carrier.send(carrier.answer(bye, '200 OK'));
      await over(caller);
      carrier.close();
      box.trunks.remove(line.id);
    });

    it('a caller whose trunk challenges a re-INVITE is put on hold all the same', async () => {
      const line = box.trunks.add({
        ...{ kind: 'address', name: 'strict', host, address: host, codecs: ['PCMU'] },
        ...{ authUsername: 'box', password: 'secret' },
      });
      const caller = await ring();
      await greeted();
      const offers: string[] = [];
      caller.dialog?.on('modify', (req, res) => {
        const proof = /username="box".*uri="([^"]+)".*algorithm=SHA-256/.exec(req.get('authorization') ?? '');
        offers.push(proof?.[1] === req.uri ? 'proven' : 'plain');
        const audio = negotiateAudio(parseOffer(req.body), { codecs: ['PCMU'] });
        const challenge = 'Digest realm="carrier", nonce="abc", qop="auth", algorithm=SHA-256';
        if (!proof || !audio) return res.send(401, { headers: { 'WWW-Authenticate': challenge } });
        const place = { address: host, port: caller.leg.port, sessionId: 1, version: 2 };
        res.send(200, { body: buildAnswer(audio, place) });
      });
      await controls().hold();
      expect(offers).toEqual(['plain', 'proven']);
      expect(house.live()?.heldBy).toBe('box');
      await over(caller);
      box.trunks.remove(line.id);
    });

    it('the echo number answers phones, and trunks while they are tested', async () => {
      const echoes = async (caller: Party): Promise<void> => {
        caller.tone(tones.caller, 800);
        await until(() => caller.heard(tones.caller) > 20);
        await over(caller);
      };
      await echoes(await ring('echo', { phone: 'lee' }));
      const line = box.trunks.add({ kind: 'address', name: 'tested', host, address: host, codecs: ['PCMU'] });
      const untested = await ring('echo');
      untested.tone(tones.caller, 800);
      // That no such number is known is said, and nothing comes back.
      await until(() => untested.ended);
      expect(untested.heard(tones.agent)).toBeGreaterThan(5);
      expect(untested.heard(tones.caller)).toBe(0);
      await over(untested);
      box.trunks.change(line.id, { underTest: true });
      await echoes(await ring('echo'));
      box.trunks.remove(line.id);
      // To whoever asks for it without a right to it, it is a number that does not exist.
      expect(events.filter(({ type }) => type.startsWith('call.'))).toMatchObject([{ type: 'call.refused' }]);
    });
  });
}

const isMethod = (name: string) => (message: SipMessage) =>
  message.kind === 'request' && message.method === name;

/** Asks for the password, and proves the answer to be for the very request that carries it. */
async function challenged(carrier: FakePhone, name: string): Promise<SipRequest> {
  const first = await carrier.next(isMethod(name));
  const nonce = `nonce-${name}`;
  const challenge = `Digest realm="carrier", nonce="${nonce}", qop="auth", algorithm=SHA-256`;
  carrier.send(
    carrier.answer(first, `407 Proxy Authentication Required\r\nProxy-Authenticate: ${challenge}`),
  );
  const again = await carrier.next(isMethod(name));
  if (again.kind !== 'request') throw new Error('not a request');
  const given = headerValue(again.headers, 'Proxy-Authorization') ?? '';
  const [, cnonce = ''] = /cnonce="([^"]*)"/.exec(given) ?? [];
  const algorithm = 'SHA-256';
  const ha1 = digestHash(algorithm, 'box', 'carrier', 'secret');
  const parts = { algorithm, ha1, nonce, nc: '00000001', cnonce, method: name, uri: again.uri } as const;
  expect(given).toContain(`response="${digestResponse(parts)}"`);
  expect(given).toContain(`uri="${again.uri}"`);
  return again;
}

function answerOf(carrier: FakePhone, invite: SipRequest): string {
  const contact = `Contact: <sip:gateway@${host}:${carrier.port};leg=7>`;
  const body = fakeSdp(4002);
  return carrier
    .answer(invite, `200 OK\r\n${contact}\r\nContent-Type: application/sdp`)
    .replace(/^(To: .*)$/m, '$1;tag=callee')
    .replace('Content-Length: 0\r\n\r\n', `Content-Length: ${body.length}\r\n\r\n${body}`);
}
