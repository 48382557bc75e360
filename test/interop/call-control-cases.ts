import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemIds } from '../../engine/foundation/index.ts';
import {
  buildAnswer,
  buildOffer,
  negotiateAudio,
  parseOffer,
  type SrfRequest,
  type SrfResponse,
} from '../../engine/sip/index.ts';
import type { CallHouse } from './call-control-house.ts';
import { host, own, pause, tones, until } from './call-control-party.ts';

export function callControlCases(house: CallHouse): void {
  const {
    folder,
    box,
    tenant,
    store,
    registry,
    events,
    invited,
    behaviours,
    limits,
    ring,
    answers,
    live,
    turns,
    controls,
    greeted,
    say,
    over,
    lastCall,
    eventsOf,
  } = house;

  describe.sequential('calls between the box, callers and people', () => {
    it('an agent puts a caller through: the sentence is heard, the person briefed, both connected, all recorded', async () => {
      const person = answers('lee');
      const caller = await ring();
      await greeted();
      await say(caller, 'Can I speak to Dr. Lee please?');
      await until(() => turns().some((turn) => turn.includes("I'll connect you to Dr. Lee")));
      const lee = await person;
      expect(live()?.state).toBe('transferring');
      await until(() => lee.voiced > 20);
      lee.leg.sendDtmf('1');
      await until(() => live()?.state === 'answered');
      const [toCaller, toLee] = [caller.heard(tones.person), lee.heard(tones.caller)];
      lee.tone(tones.person, 1500);
      caller.tone(tones.caller, 1500);
      await until(() => caller.heard(tones.person) > toCaller + 40 && lee.heard(tones.caller) > toLee + 40);
      // The agent is out of the conversation.
      const spoken = turns().length;
      await pause(300);
      expect(turns()).toHaveLength(spoken);
      await lee.hangUp();
      await until(() => caller.ended);
      await over(caller, lee);
      const [transfer] = eventsOf('call.transferred');
      expect(transfer).toMatchObject({ kind: 'attended', result: 'completed', target: 'lee', reason: null });
      const call = lastCall();
      expect(call).toMatchObject({ state: 'ended', outcome: 'transferred' });
      const words = store.transcript.list(call?.id ?? '').map(({ text }) => text);
      expect(words.at(-1)).toBe('(Connected to Dr. Lee.)');
      expect(call?.quality).toMatchObject({ codec: 'PCMU', srtp: false });
      expect(call?.quality?.legs).toHaveLength(2);
      expect(existsSync(join(folder, 'data', call?.recording ?? 'none'))).toBe(true);
    });

    it.each([
      ['is busy', (_: SrfRequest, res: SrfResponse) => res.send(486), 'on another call', 'callee_busy'],
      ['is not registered', null, "can't be reached", 'leg_unreachable'],
    ])(
      'an agent takes the caller back when the person %s, and offers a message',
      async (_, behaviour, words, reason) => {
        if (behaviour) behaviours.set('lee', behaviour);
        const caller = await ring();
        await greeted();
        await say(caller, 'Can I speak to Dr. Lee please?');
        await until(() => turns().some((turn) => turn.includes(words) && turn.includes('message')));
        expect(live()?.state).toBe('answered');
        await say(caller, 'yes');
        await until(() => turns().at(-1)?.startsWith('agent: What should I pass on') === true);
        await say(caller, 'Please call me back about my bill.');
        await until(() => live()?.slots.message === 'Please call me back about my bill');
        await over(caller);
        expect(eventsOf('call.transferred')[0]).toMatchObject({ result: 'returned', reason });
      },
    );

    it('a caller who leaves while a person is rung leaves nothing behind', async () => {
      let cancelled = false;
      behaviours.set('lee', (req: SrfRequest, res: SrfResponse) => {
        req.on('cancel', () => {
          cancelled = true;
        });
        res.send(180);
      });
      const caller = await ring();
      await greeted();
      const transfer = controls().transfer({ to: { kind: 'phone', username: 'lee' }, mode: 'attended' });
      await until(() => invited.length === 1);
      await caller.hangUp();
      await until(() => cancelled);
      expect(await transfer).toEqual({ result: 'cancelled' });
      await over(caller);
    });

    it('whoever declines is let go, and the agent is back', async () => {
      const person = answers('lee');
      const caller = await ring();
      await greeted();
      const transfer = controls().transfer({
        to: { kind: 'phone', username: 'lee' },
        mode: 'attended',
        acceptance: 'key',
      });
      const lee = await person;
      await until(() => lee.voiced > 5);
      lee.leg.sendDtmf('2');
      expect(await transfer).toMatchObject({ result: 'returned', why: 'declined' });
      await until(() => lee.ended);
      await until(() => turns().some((turn) => turn.includes("isn't available")));
      await over(caller, lee);
    });

    it('a ring group gives the call to the first who answers, and stops the others', async () => {
      const group = box.ringGroups.add({
        tenantId: tenant.id,
        name: `Desk ${systemIds.uuid()}`,
        members: ['desk', 'third'],
        strategy: 'all',
        ringS: 20,
      });
      const person = answers('desk');
      let cancelled = false;
      behaviours.set('third', (req: SrfRequest, res: SrfResponse) => {
        req.on('cancel', () => {
          cancelled = true;
        });
        res.send(180);
      });
      const caller = await ring();
      await greeted();
      const transfer = controls().transfer({ to: { kind: 'ring-group', id: group.id }, mode: 'blind' });
      expect(await transfer).toEqual({ result: 'completed' });
      const desk = await person;
      await until(() => cancelled);
      desk.tone(tones.person, 1000);
      await until(() => caller.heard(tones.person) > 20);
      await over(caller, desk);
      expect(eventsOf('call.transferred')[0]).toMatchObject({ kind: 'ring-group', result: 'completed' });
    });

    it('a conference of three: everybody hears everybody, and the call lasts until the caller leaves', async () => {
      const [first, second] = [answers('lee'), answers('desk')];
      const caller = await ring();
      await greeted();
      await controls().transfer({ to: { kind: 'phone', username: 'lee' }, mode: 'blind' });
      await controls().conference({ to: { kind: 'phone', username: 'desk' } });
      const [lee, desk] = [await first, await second];
      desk.tone(tones.person, 1500);
      await until(() => caller.heard(tones.person) > 30 && lee.heard(tones.person) > 30);
      await lee.hangUp();
      await pause(200);
      expect(caller.ended).toBe(false);
      await over(caller, desk);
      await until(() => desk.ended);
      await lee.leg.stop();
      expect(eventsOf('call.conferenced')).toHaveLength(1);
    });

    it('hold, resume, recording and keys by the box', async () => {
      const caller = await ring();
      await greeted();
      caller.dialog?.on('modify', (req, res) => {
        const audio = negotiateAudio(parseOffer(req.body), { codecs: ['PCMU'] });
        if (audio)
          res.send(200, {
            body: buildAnswer(audio, { address: host, port: caller.leg.port, sessionId: 1, version: 2 }),
          });
      });
      await pause(100);
      const quiet = caller.voiced;
      await controls().hold();
      await until(() => caller.voiced > quiet + 30);
      expect(live()).toMatchObject({ heldBy: 'box', recordingPaused: false });
      await controls().resume();
      await controls().record(false);
      expect(live()).toMatchObject({ heldBy: null, recordingPaused: true });
      await controls().record(true);
      await controls().sendDtmf('42');
      await until(() => caller.keys.join('') === '42');
      await over(caller);
      const kinds = events.map(({ type }) => type).filter((type) => /held|resumed|paused/.test(type));
      expect(kinds).toEqual(['call.held', 'call.resumed', 'recording.paused', 'recording.resumed']);
    });

    it('a caller who holds the box is not talked at, and keys by INFO are heard', async () => {
      const caller = await ring();
      await greeted();
      const place = { address: host, port: caller.leg.port, sessionId: 1 };
      const hold = (direction: 'sendonly' | 'sendrecv', version: number): string =>
        buildOffer({ ...place, codecs: ['PCMU'], direction, version, previous: caller.audio ?? undefined })
          .sdp;
      const held = await caller.dialog?.modify(hold('sendonly', 2));
      expect(held).toContain('a=recvonly');
      await until(() => eventsOf('call.held').length === 1);
      expect(live()?.heldBy).toBe('caller');
      await caller.dialog?.modify(hold('sendrecv', 3));
      await until(() => eventsOf('call.resumed').length === 1);
      const headers = { 'Content-Type': 'application/dtmf-relay' };
      const answer = await caller.dialog?.request({
        method: 'INFO',
        headers,
        body: 'Signal=5\r\nDuration=160\r\n',
      });
      expect(answer?.status).toBe(200);
      await caller.dialog?.request({ method: 'INFO', headers, body: 'Signal=#\r\nDuration=160\r\n' });
      await until(() => turns().includes('caller: 5'));
      await over(caller);
      expect(eventsOf('call.held')[0]).toMatchObject({ by: 'caller' });
    });

    it.each([
      ['a late offer', { late: true }, { codec: 'PCMU', srtp: false }],
      ['G.722', { codecs: ['G722', 'PCMU'] }, { codec: 'G722', srtp: false }],
      ['opus', { codecs: ['opus'] }, { codec: 'opus', srtp: false }],
      ['encryption', { srtp: 'required' }, { codec: 'PCMU', srtp: true }],
    ] as const)('a call with %s is answered and greeted', async (_, options, quality) => {
      const caller = await ring(own, options);
      await greeted();
      await until(() => caller.voiced > 10);
      await over(caller);
      expect(lastCall()?.quality).toMatchObject(quality);
    });

    it('the echo number sends back what it hears, to those who may use it', async () => {
      const caller = await ring('echo');
      caller.tone(tones.caller, 1000);
      await until(() => caller.heard(tones.caller) > 20);
      await over(caller);
      expect(events.some(({ type }) => type.startsWith('call.'))).toBe(false);
    });

    it.each([
      ['busy', 486],
      ['unavailable', 503],
    ] as const)(
      'beyond the capacity a call gets %s, and the one that goes on is not disturbed',
      async (kind, status) => {
        box.overflow.set(tenant.id, { kind, ringGroupId: null, retryAfterS: 30 });
        limits.maxCalls = 1;
        const caller = await ring();
        await expect(ring()).rejects.toMatchObject({ status });
        await greeted();
        expect(caller.ended).toBe(false);
        await over(caller);
        box.overflow.set(tenant.id, { kind: 'busy', ringGroupId: null, retryAfterS: 60 });
      },
    );

    it('beyond the capacity a message is taken, or people are rung', async () => {
      limits.maxCalls = 1;
      box.overflow.set(tenant.id, { kind: 'message', ringGroupId: null, retryAfterS: 60 });
      const caller = await ring();
      const second = await ring();
      await until(() => second.voiced > 20);
      await second.hangUp();
      await until(() => registry.count() === 1);
      expect(eventsOf('call.overflowed')[0]).toMatchObject({ kind: 'message' });
      const group = box.ringGroups.add({
        tenantId: tenant.id,
        name: `Overflow ${systemIds.uuid()}`,
        members: ['desk'],
        strategy: 'in-turn',
        ringS: 10,
      });
      box.overflow.set(tenant.id, { kind: 'ring-group', ringGroupId: group.id, retryAfterS: 60 });
      const person = answers('desk');
      const third = await ring();
      const desk = await person;
      desk.tone(tones.person, 1000);
      await until(() => third.heard(tones.person) > 20);
      await desk.hangUp();
      await until(() => third.ended);
      await over(caller, second, third, desk);
      box.overflow.set(tenant.id, { kind: 'busy', ringGroupId: null, retryAfterS: 60 });
    });
  });
}
