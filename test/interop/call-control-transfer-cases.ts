import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../engine/foundation/index.ts';
import {
  buildAnswer,
  negotiateAudio,
  parseOffer,
  type SrfRequest,
  type SrfResponse,
} from '../../engine/sip/index.ts';
import { parseWav } from '../caller/wav-file.ts';
import type { CallHouse } from './call-control-house.ts';
import { host, type Party, pause, tones, until } from './call-control-party.ts';

const lee = { kind: 'phone', username: 'lee' } as const;
const ringing = (_: SrfRequest, res: SrfResponse): void => res.send(180);

export function transferCases(house: CallHouse): void {
  const { box, tenant, store, invited, behaviours, limits } = house;
  const { ring, answers, live, turns, controls, greeted, over, lastCall, eventsOf } = house;

  /** Somebody who agrees to whatever the box offers anew. */
  const agrees = (party: Party): void => {
    let version = 1;
    party.dialog?.on('modify', (req, res) => {
      version += 1;
      const audio = negotiateAudio(parseOffer(req.body), { codecs: ['PCMU'] });
      if (!audio) return res.send(488);
      res.send(200, {
        body: buildAnswer(audio, { address: host, port: party.leg.port, sessionId: 1, version }),
      });
    });
  };
  const group = (ringS: number) =>
    box.ringGroups.add({
      ...{ tenantId: tenant.id, name: `Group ${systemIds.uuid()}`, members: ['desk'] },
      ...{ strategy: 'all', ringS },
    });

  describe.sequential('transfers and overflow at their edges', () => {
    afterEach(() => {
      box.overflow.set(tenant.id, { kind: 'busy', ringGroupId: null, retryAfterS: 60 });
    });

    it('a transfer that is asked for while the agent speaks waits for the end of its sentence', async () => {
      let before: string[] = [];
      behaviours.set('lee', (_: SrfRequest, res: SrfResponse) => {
        before = turns();
        res.send(486);
      });
      const caller = await ring();
      await until(() => caller.heard(tones.agent) > 3);
      expect(turns()).toEqual([]);
      const transfer = controls().transfer({ to: lee, mode: 'attended' });
      // Another one, or hold, has to wait until it is clear what became of this one.
      await expect(controls().transfer({ to: lee, mode: 'blind' })).rejects.toMatchObject({
        code: 'transfer_failed',
      });
      await expect(controls().hold()).rejects.toMatchObject({ code: 'transfer_failed' });
      // Nobody talks the agent down.
      caller.tone(tones.caller, 300);
      expect(await transfer).toMatchObject({ result: 'returned', why: 'busy' });
      expect(before).toEqual(['agent: Thank you for calling Bright Smile Dental. How can I help you today?']);
      await until(() => turns().some((turn) => turn.includes('on another call')));
      const [greeting] = store.transcript.list(live()?.callId ?? '');
      expect(greeting).toMatchObject({ speaker: 'agent', interrupted: false });
      await over(caller);
    });

    it('the caller has the agent back, and hears why, when nobody of a group answers', async () => {
      let cancelled = false;
      behaviours.set('desk', (req: SrfRequest, res: SrfResponse) => {
        req.on('cancel', () => {
          cancelled = true;
        });
        ringing(req, res);
      });
      const caller = await ring();
      await greeted();
      const to = { kind: 'ring-group', id: group(5).id } as const;
      const end = await controls().transfer({ to, mode: 'attended' });
      expect(end).toEqual({ result: 'returned', why: 'no-answer', code: 'callee_no_answer' });
      await until(() => cancelled);
      await until(() => turns().some((turn) => turn.includes("isn't answering")));
      expect(live()?.state).toBe('answered');
      await over(caller);
    });

    it('a caller who leaves while the person is told who is there leaves nobody behind', async () => {
      const person = answers('lee');
      const caller = await ring();
      await greeted();
      const transfer = controls().transfer({ to: lee, mode: 'attended' });
      const called = await person;
      await until(() => called.heard(tones.agent) > 3);
      await caller.hangUp();
      expect(await transfer).toEqual({ result: 'cancelled' });
      await until(() => called.ended);
      await over(caller, called);
      expect(lastCall()).toMatchObject({ state: 'ended' });
    });

    it('both sides hang up at once: the call ends once, and is on record', async () => {
      const person = answers('lee');
      const caller = await ring();
      await greeted();
      await controls().transfer({ to: lee, mode: 'blind' });
      const called = await person;
      await Promise.all([caller.hangUp(), called.hangUp()]);
      await over(caller, called);
      expect(lastCall()).toMatchObject({ state: 'ended', outcome: 'transferred' });
      expect(eventsOf('call.ended')).toHaveLength(1);
    });

    it('a caller on hold is taken off it to be put through, and is heard', async () => {
      const person = answers('lee');
      const caller = await ring();
      agrees(caller);
      await greeted();
      await controls().hold();
      expect(live()?.heldBy).toBe('box');
      expect(await controls().transfer({ to: lee, mode: 'blind' })).toEqual({ result: 'completed' });
      expect(live()?.heldBy).toBeNull();
      const called = await person;
      caller.tone(tones.caller, 800);
      await until(() => called.heard(tones.caller) > 20);
      await over(caller, called);
    });

    it('a recording that is paused holds silence of that length on both sides, and its time goes on', async () => {
      const caller = await ring();
      await greeted();
      const beganMs = performance.now();
      caller.tone(tones.caller, 4000);
      await pause(700);
      await controls().record(false);
      const pausedMs = performance.now();
      await pause(1200);
      await controls().record(true);
      const resumedMs = performance.now();
      await pause(700);
      await over(caller);
      const wav = parseWav(readFileSync(join(house.folder, 'data', lastCall()?.recording ?? '')));
      expect(wav.channels).toHaveLength(2);
      const [left = new Int16Array(0), right] = wav.channels;
      const frames = Array.from({ length: Math.floor(left.length / 160) }, (_, i) =>
        left.subarray(i * 160, i * 160 + 160).some((sample) => sample !== 0),
      );
      const silences = [
        ...frames
          .map((voiced) => (voiced ? 'v' : '.'))
          .join('')
          .matchAll(/v(\.{10,})v/g),
      ];
      expect(silences).toHaveLength(1);
      const [silence] = silences;
      const heldMs = (silence?.[1]?.length ?? 0) * 20;
      expect(Math.abs(heldMs - (resumedMs - pausedMs))).toBeLessThan(120);
      const from = ((silence?.index ?? 0) + 2) * 160;
      const to = from + heldMs * 8 - 320;
      expect(right?.subarray(from, to).every((sample) => sample === 0)).toBe(true);
      // What came before and after is where it belongs.
      expect((left.length / 8000) * 1000).toBeGreaterThan(resumedMs - beganMs + 600);
    });

    it('who is told to try again is told when', async () => {
      box.overflow.set(tenant.id, { kind: 'unavailable', ringGroupId: null, retryAfterS: 30 });
      limits.maxCalls = 1;
      const caller = await ring();
      const refusal = await ring().catch((error: unknown) => error);
      expect(refusal).toMatchObject({ status: 503 });
      expect((refusal as { res: SrfResponse }).res.get('retry-after')).toBe('30');
      await over(caller);
    });

    it('a person can take the call of somebody who leaves a message', async () => {
      box.overflow.set(tenant.id, { kind: 'message', ringGroupId: null, retryAfterS: 60 });
      limits.maxCalls = 1;
      const caller = await ring();
      const [first] = house.registry.list();
      const second = await ring();
      await until(() => second.heard(tones.agent) > 20);
      const found = house.registry.list().find(({ callId }) => callId !== first?.callId);
      const person = answers('lee');
      const transfer = house.registry.liveControls(found?.callId ?? '')?.transfer({ to: lee, mode: 'blind' });
      const called = await person;
      expect(await transfer).toEqual({ result: 'completed' });
      second.tone(tones.caller, 800);
      await until(() => called.heard(tones.caller) > 20);
      await called.hangUp();
      await until(() => second.ended);
      await over(caller, second, called);
      expect(store.calls.find(found?.callId ?? '')).toMatchObject({ outcome: 'transferred' });
    });

    it('a message is taken where nobody of the group that stands in for the agents answers', async () => {
      behaviours.set('desk', ringing);
      box.overflow.set(tenant.id, { kind: 'ring-group', ringGroupId: group(5).id, retryAfterS: 60 });
      limits.maxCalls = 1;
      const caller = await ring();
      const second = await ring();
      expect(invited).toHaveLength(1);
      await until(() => second.heard(tones.agent) > 20);
      expect(eventsOf('call.overflowed')).toMatchObject([{ kind: 'message' }]);
      await over(caller, second);
      // Without a voice to ask for it they are told that nobody is there.
      limits.hasAgents = false;
      await expect(ring()).rejects.toMatchObject({ status: 480 });
      await until(() => house.registry.count() === 0);
    });
  });
}
