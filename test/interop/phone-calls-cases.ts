import { describe, expect, it } from 'vitest';
import { buildOffer, ha1Of, type SrfRequest, type SrfResponse } from '../../engine/sip/index.ts';
import type { CallHouse } from './call-control-house.ts';
import { host, own, type Party, pause, tones, until } from './call-control-party.ts';

export function phoneCallCases(house: CallHouse): void {
  const { box, tenant, invited, behaviours, ring, answers, controls, greeted, over, lastCall, eventsOf } =
    house;

  /** Extensions of the phones of the house. */
  const extensions = { lee: '104', desk: '105', third: '106' } as const;
  const outsideNumber = '+12125550147';

  const trunk = () =>
    box.trunks.add({
      ...{ kind: 'digest', name: 'line', username: 'in-line', ha1: ha1Of('in-line', 'x'), callerId: own },
      ...{ host, port: house.outsidePort, codecs: ['PCMU'] },
    });

  const busy = (_: SrfRequest, res: SrfResponse): void => res.send(486);

  /** One says something, and the other hears it. */
  const hears = async (listener: Party, speaker: Party, hz: number = tones.person): Promise<void> => {
    const before = listener.heard(hz);
    speaker.tone(hz, 1000);
    await until(() => listener.heard(hz) > before + 20);
  };

  /** A caller whom the box has connected with Dr. Lee. */
  async function callerWithLee(): Promise<{ caller: Party; lee: Party }> {
    const person = answers('lee');
    const caller = await ring();
    await greeted();
    await controls().transfer({ to: { kind: 'phone', username: 'lee' }, mode: 'blind' });
    const lee = await person;
    await hears(caller, lee);
    return { caller, lee };
  }

  describe.sequential('phones of the house place calls and put them through', () => {
    it.each([extensions.desk, 'desk'])(
      'a phone rings another by %s; the call is on record',
      async (dialled) => {
        const person = answers('desk');
        const lee = await ring(dialled, { phone: 'lee' });
        const desk = await person;
        await hears(lee, desk);
        await hears(desk, lee, tones.caller);
        expect(invited.at(-1)?.get('from')).toMatch(/^"lee" <sip:104@/);
        await desk.hangUp();
        await until(() => lee.ended);
        await over(lee, desk);
        expect(lastCall()).toMatchObject({
          ...{ direction: 'outbound', calledNumber: dialled, callerNumber: null, callerName: 'lee' },
          ...{ state: 'ended', outcome: 'answered', recording: null },
        });
      },
    );

    it('a phone rings a number outside as one dials it in its country, within the rules', async () => {
      const line = trunk();
      const person = answers(outsideNumber);
      const lee = await ring('2125550147', { phone: 'lee' });
      const outside = await person;
      await hears(lee, outside);
      expect(invited.at(-1)?.uri).toContain(outsideNumber);
      await over(lee, outside);
      expect(lastCall()).toMatchObject({ direction: 'outbound', calledNumber: outsideNumber });
      await expect(ring('+882123456789', { phone: 'lee' })).rejects.toMatchObject({ status: 403 });
      await until(() => house.registry.count() === 0);
      expect(invited).toHaveLength(1);
      box.trunks.remove(line.id);
    });

    it('a phone rings a group, and the agent by the number of the house', async () => {
      const name = `Front desk ${Date.now()}`;
      const members = ['desk', 'third'];
      box.ringGroups.add({ tenantId: tenant.id, name, members, strategy: 'in-turn', ringS: 10 });
      behaviours.set('desk', busy);
      const person = answers('third');
      const lee = await ring(name.toLowerCase().replaceAll(' ', '-'), { phone: 'lee' });
      const third = await person;
      await hears(lee, third);
      await over(lee, third);
      const again = await ring(own.slice(2), { phone: 'lee' });
      await greeted();
      await over(again);
      expect(lastCall()).toMatchObject({ direction: 'inbound', calledNumber: own });
    });

    it('who cannot be reached, or may not be, is refused with the status that says so', async () => {
      behaviours.set('desk', busy);
      await expect(ring(extensions.desk, { phone: 'lee' })).rejects.toMatchObject({ status: 486 });
      await expect(ring(extensions.third, { phone: 'lee' })).rejects.toMatchObject({ status: 480 });
      await expect(ring('999', { phone: 'lee' })).rejects.toMatchObject({ status: 404 });
      await until(() => house.registry.count() === 0);
      expect(lastCall()).toMatchObject({ direction: 'outbound', outcome: 'refused', state: 'rejected' });
      // Without a proven name nobody inside is rung, nor anybody outside.
      invited.length = 0;
      const stranger = await ring(extensions.desk);
      await until(() => stranger.voiced > 5);
      const from = { From: `<sip:lee@${host}>` };
      await expect(ring(extensions.desk, { headers: from })).rejects.toMatchObject({ status: 401 });
      await over(stranger);
      expect(invited).toEqual([]);
    });

    it('a phone that gives up leaves nothing ringing', async () => {
      let cancelled = false;
      behaviours.set('desk', (req: SrfRequest, res: SrfResponse) => {
        req.on('cancel', () => {
          cancelled = true;
        });
        res.send(180);
      });
      const call = ring(extensions.desk, { phone: 'lee', cancelAfterRinging: true });
      await expect(call).rejects.toMatchObject({ status: 487 });
      await until(() => cancelled);
      await over();
      expect(lastCall()).toMatchObject({ outcome: 'abandoned' });
    });

    it('a person puts the caller through to an extension: told of it, and let go', async () => {
      const { caller, lee } = await callerWithLee();
      const person = answers('desk');
      expect(await lee.refer(extensions.desk)).toBe(202);
      const desk = await person;
      await until(() => lee.told.includes('200 OK terminated'));
      expect(lee.told).toEqual(['100 Trying active', '180 Ringing active', '200 OK terminated']);
      await until(() => lee.ended);
      await hears(caller, desk);
      await hears(desk, caller, tones.caller);
      await desk.hangUp();
      await until(() => caller.ended);
      await over(caller, lee, desk);
      expect(eventsOf('call.transferred').at(-1)).toMatchObject({ kind: 'blind', target: 'desk' });
      expect(lastCall()).toMatchObject({ outcome: 'transferred' });
    });

    it('to a number outside', async () => {
      const line = trunk();
      const { caller, lee } = await callerWithLee();
      const person = answers(outsideNumber);
      expect(await lee.refer('+882123456789')).toBe(403);
      expect(await lee.refer('nobody')).toBe(404);
      expect(await lee.refer(outsideNumber)).toBe(202);
      const outside = await person;
      await until(() => lee.ended);
      await hears(caller, outside);
      await over(caller, lee, outside);
      box.trunks.remove(line.id);
    });

    it('keeps the caller when nobody takes the call, and is told why', async () => {
      const { caller, lee } = await callerWithLee();
      behaviours.set('desk', busy);
      expect(await lee.refer(extensions.desk)).toBe(202);
      await until(() => lee.told.includes('486 Busy Here terminated'));
      await hears(caller, lee);
      expect(lee.ended).toBe(false);
      await over(caller, lee);
      expect(eventsOf('call.transferred').at(-1)).toMatchObject({ result: 'failed', reason: 'callee_busy' });
    });

    it('the caller has the agent back when the person has left and nobody takes the call', async () => {
      const { caller, lee } = await callerWithLee();
      let refuse = (): void => {};
      behaviours.set('desk', (_: SrfRequest, res: SrfResponse) => {
        res.send(180);
        refuse = () => res.send(486);
      });
      expect(await lee.refer(extensions.desk)).toBe(202);
      await until(() => lee.told.includes('180 Ringing active'));
      await lee.hangUp();
      await pause(200);
      expect(caller.ended).toBe(false);
      refuse();
      await until(() => house.turns().some((turn) => turn.includes('another call')));
      await over(caller, lee);
    });

    it.each(['first', 'second'] as const)(
      'a person asks another in a second call, and joins the two by REFER in the %s',
      async (where) => {
        const { caller, lee } = await callerWithLee();
        const person = answers('desk');
        const second = await ring(extensions.desk, { phone: 'lee' });
        const desk = await person;
        await hears(second, desk);
        const [by, named] = where === 'first' ? [lee, second] : [second, lee];
        expect(await by.refer(extensions.desk, named)).toBe(202);
        await until(() => by.told.includes('200 OK terminated') || by.ended);
        await hears(caller, desk);
        await hears(desk, caller, tones.caller);
        await until(() => lee.ended && second.ended);
        await until(() => house.registry.count() === 1);
        await desk.hangUp();
        await until(() => caller.ended);
        await over(caller, lee, second, desk);
        const joined = eventsOf('call.transferred').at(-1);
        expect(joined).toMatchObject({ kind: 'attended', target: 'desk', result: 'completed' });
        const outcomes = house.store.calls
          .list({ limit: 2 })
          .map(({ direction, outcome }) => [direction, outcome]);
        expect(outcomes.sort()).toEqual([
          ['inbound', 'transferred'],
          ['outbound', 'transferred'],
        ]);
      },
    );

    it('names a call that does not exist, and nothing happens', async () => {
      const { caller, lee } = await callerWithLee();
      const headers = { 'Refer-To': `<sip:105@${host}?Replaces=nothing%3Bto-tag%3Da%3Bfrom-tag%3Db>` };
      expect((await lee.dialog?.request({ method: 'REFER', headers }))?.status).toBe(404);
      expect(
        (await lee.dialog?.request({ method: 'REFER', headers: { 'Refer-To': '<mailto:x>' } }))?.status,
      ).toBe(400);
      await hears(caller, lee);
      await over(caller, lee);
    });

    it('whoever placed a call hands it over, and the two others go on', async () => {
      const [first, second] = [answers('desk'), answers('third')];
      const lee = await ring(extensions.desk, { phone: 'lee' });
      const desk = await first;
      expect(await lee.refer(extensions.third)).toBe(202);
      const third = await second;
      await until(() => lee.ended);
      await hears(desk, third);
      await hears(third, desk);
      await third.hangUp();
      await until(() => desk.ended);
      await over(lee, desk, third);
      expect(lastCall()).toMatchObject({ direction: 'outbound', outcome: 'transferred' });
    });

    it('a caller asks the agent by REFER to be put through', async () => {
      const caller = await ring();
      await greeted();
      expect(await caller.refer('nobody')).toBe(404);
      expect(await caller.refer('+882123456789')).toBe(403);
      const person = answers('lee');
      expect(await caller.refer('dr-lee')).toBe(202);
      const lee = await person;
      await hears(caller, lee);
      // Told of success, a phone would hang up.
      await until(() => caller.told.length > 2);
      expect(caller.told).toEqual(['100 Trying active', '180 Ringing active', '100 Trying terminated']);
      await over(caller, lee);
      expect(lastCall()).toMatchObject({ outcome: 'transferred' });
    });

    it('a phone takes the place of another in a call that it names', async () => {
      const { caller, lee } = await callerWithLee();
      const named = lee.dialog?.sip;
      const replaces = `${named?.callId};to-tag=${named?.remoteTag};from-tag=${named?.localTag}`;
      const unproven = { Replaces: replaces, From: `<sip:third@${host}>` };
      await expect(ring('lee', { headers: unproven })).rejects.toMatchObject({ status: 401 });
      await expect(
        ring('lee', { headers: { Replaces: 'x;to-tag=a;from-tag=b' }, phone: 'third' }),
      ).rejects.toMatchObject({ status: 481 });
      const third = await ring('lee', { headers: { Replaces: replaces }, phone: 'third' });
      await until(() => lee.ended);
      await hears(caller, third);
      await over(caller, lee, third);
    });

    it('while the models are down people talk with people: phones, and the group that stands in for the agent', async () => {
      house.limits.hasAgents = false;
      await expect(ring()).rejects.toMatchObject({ status: 503 });
      const [first, second] = [answers('desk'), answers('third')];
      const lee = await ring(extensions.desk, { phone: 'lee' });
      const desk = await first;
      await hears(lee, desk);
      const name = `Stand-in ${Date.now()}`;
      const members = ['third'];
      const group = box.ringGroups.add({ tenantId: tenant.id, name, members, strategy: 'all', ringS: 10 });
      box.overflow.set(tenant.id, { kind: 'ring-group', ringGroupId: group.id, retryAfterS: 60 });
      const caller = await ring();
      const third = await second;
      await hears(caller, third);
      await over(lee, desk, caller, third);
      box.overflow.set(tenant.id, { kind: 'busy', ringGroupId: null, retryAfterS: 60 });
    });

    it('a caller whom a person puts on hold hears music until they are taken off', async () => {
      const { caller, lee } = await callerWithLee();
      const place = { address: host, port: lee.leg.port, sessionId: 1, codecs: ['PCMU'] } as const;
      const describe = (direction: 'sendonly' | 'sendrecv', version: number): string =>
        buildOffer({ ...place, direction, version, previous: lee.audio ?? undefined }).sdp;
      const quiet = caller.voiced;
      await lee.dialog?.modify(describe('sendonly', 2));
      await until(() => caller.voiced > quiet + 30);
      await lee.dialog?.modify(describe('sendrecv', 3));
      await hears(caller, lee);
      await over(caller, lee);
    });
  });
}
