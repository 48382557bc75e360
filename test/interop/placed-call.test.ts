import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ha1Of } from '../../engine/sip/index.ts';
import { startCallHouse } from './call-control-house.ts';
import { host, own, tones, until } from './call-control-party.ts';

const house = await startCallHouse();
const { box, tenant, placing, registry, behaviours, answers, over, lastCall } = house;

describe('a call that the box places', () => {
  beforeEach(() => {
    house.reset();
    box.trunks.add({
      ...{ kind: 'digest', name: 'carrier', priority: 1, username: 'in', ha1: ha1Of('in', 'x') },
      ...{ host, port: house.outsidePort, authUsername: 'out', password: 'secret', callerId: own },
      codecs: ['PCMU'],
    });
  });
  afterEach(() => house.clear());
  afterAll(() => house.stop());

  const number = '+12125550147';
  const order = { tenantId: tenant.id, phone: 'desk', number };

  it('rings the phone, then the number, and connects them; it is in the record', async () => {
    const desk = answers('desk');
    const person = answers(number);
    const { callId } = placing.place({ ...order, number: '(212) 555-0147'.replaceAll(/[() -]/g, '') });
    const [phone, callee] = [await desk, await person];
    await until(() => registry.find(callId)?.state === 'answered');
    phone.tone(tones.caller, 700);
    callee.tone(tones.person, 700);
    await until(() => callee.heard(tones.caller) > 10 && phone.heard(tones.person) > 10);
    expect(lastCall()).toMatchObject({
      ...{ id: callId, direction: 'outbound', calledNumber: number, state: 'answered', recording: null },
    });
    await callee.hangUp();
    await until(() => phone.ended);
    await over(phone, callee);
    expect(lastCall()).toMatchObject({ state: 'ended', outcome: 'answered' });
    expect(placing.hangUp(callId)).toBeNull();
  });

  it('lets the phone go when the number is busy', async () => {
    const desk = answers('desk');
    behaviours.set(number, (_, res) => res.send(486));
    const { callId } = placing.place(order);
    const phone = await desk;
    await until(() => phone.ended);
    await over(phone);
    expect(lastCall()).toMatchObject({
      id: callId,
      state: 'rejected',
      outcome: 'refused',
      answeredAtMs: null,
    });
  });

  it('stops ringing when it is hung up from a screen, or at the phone', async () => {
    let cancelled = 0;
    const rings = () =>
      behaviours.set(number, (req, res) => {
        req.on('cancel', () => {
          cancelled += 1;
        });
        res.send(180);
      });
    for (const end of ['screen', 'phone'] as const) {
      const desk = answers('desk');
      rings();
      const { callId } = placing.place(order);
      const phone = await desk;
      await until(() => house.invited.some(({ uri }) => uri.includes(number)));
      if (end === 'screen') await placing.hangUp(callId)?.();
      else await phone.hangUp();
      await until(() => lastCall()?.endedAtMs !== null);
      await over(phone);
      expect(lastCall()).toMatchObject({ id: callId, state: 'cancelled', outcome: 'abandoned' });
    }
    expect(cancelled).toBe(2);
  });

  it('is refused before anybody is rung: another phone, a number that may not be called', () => {
    expect(() => placing.place({ ...order, phone: 'nobody' })).toThrow(/nobody can be reached/);
    expect(() => placing.place({ ...order, number: '+19005550123' })).toThrow(
      expect.objectContaining({ code: 'outbound_not_allowed' }),
    );
    expect(house.invited).toEqual([]);
    expect(registry.count()).toBe(0);
  });
});
