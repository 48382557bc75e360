import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutboundPolicy } from '../../engine/store/index.ts';
import { type FakeCarrier, startFakeCarrier } from '../caller/fake-carrier.ts';
import { CallRefused, type EstablishedCall, placeCall } from '../caller/sip-client.ts';
import { boxHost, GuardedBox, passwordOf } from './peers/guarded-box.ts';

const allowed = '+12125550123';

describe('outgoing calls', () => {
  const box = new GuardedBox({ withModels: false });
  let carrier: FakeCarrier;
  beforeAll(async () => {
    carrier = await startFakeCarrier();
    const { port } = carrier;
    const ha1 = '0'.repeat(32);
    box.change(({ trunks }) =>
      trunks.add({ kind: 'digest', name: 'carrier', host: boxHost, port, username: 'nobody', ha1 }),
    );
    await box.start();
  });
  afterAll(async () => {
    await box.end();
    await carrier.stop();
  });

  const used = () =>
    box.change(({ tenants, outbound }) => outbound.used(tenants.list()[0]?.id ?? '', Date.now()));

  /** Changes the rules while the box is down, and starts it again. */
  async function restart(change: Partial<OutboundPolicy> = {}): Promise<void> {
    await box.stop();
    box.change(({ tenants, outbound }) => {
      const tenantId = tenants.list()[0]?.id ?? '';
      outbound.setPolicy(tenantId, { ...outbound.policy(tenantId), ...change });
    });
    await box.start();
  }

  const targetOf = (number: string): string => `sip:${number}@${boxHost}:${box.target.port}`;
  const dial = (number: string, rtpPort: number): Promise<EstablishedCall> =>
    placeCall({
      target: targetOf(number),
      from: '101',
      rtpPort,
      username: '101',
      password: passwordOf('101'),
    });

  /** That many calls at the same instant. @returns those that were answered */
  async function dialTogether(count: number): Promise<EstablishedCall[]> {
    const dialled = Array.from({ length: count }, (_, i) => dial(allowed, 39_900 + 2 * i));
    const settled = await Promise.allSettled(dialled);
    for (const result of settled) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(CallRefused);
    }
    return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }

  it('are for phones of the house only, and for them only to what the tenant may call', async () => {
    const refused = ['+19005550123', '+18765550123', '+442079460000', '0119005550123', '9005550123'];
    for (const number of [allowed, ...refused]) {
      const target = targetOf(number);
      const stranger = placeCall({ target, from: '101', rtpPort: 39_990, localAddress: '127.0.0.50' });
      await expect(stranger.catch((error: unknown) => (error as CallRefused).status)).resolves.toBe(401);
      expect(carrier.answered()).toBe(number === allowed ? 0 : 1);
      const phone = dial(number, 39_992);
      if (number === allowed) await (await phone).hangUp();
      else await expect(phone, number).rejects.toBeInstanceOf(CallRefused);
    }
    expect(carrier.answered()).toBe(1);
    await box.stop();
    expect(used()).toEqual({ callsLastHour: 1, spentTodayMinor: 5 });
  });

  it('are never more together than the tenant may have', async () => {
    await restart({ callsAtOnce: 2 });
    const before = carrier.answered();
    const calls = await dialTogether(6);
    expect(calls).toHaveLength(2);
    expect(carrier.answered()).toBe(before + 2);
    await Promise.all(calls.map((call) => call.hangUp()));
    const next = await dial(allowed, 39_994);
    await next.hangUp();
    expect(carrier.answered()).toBe(before + 3);
  });

  it('never cost more than the day allows: many at once, and over a restart', async () => {
    await box.stop();
    const { spentTodayMinor } = used();
    await restart({ callsAtOnce: 5, callsPerHour: 100, spendPerDayMinor: spentTodayMinor + 3 * 5 });
    const before = carrier.answered();
    const calls = await dialTogether(8);
    expect(calls).toHaveLength(3);
    // In the middle of the calls, and with a new start nothing is forgotten.
    await restart();
    expect(await dialTogether(4)).toEqual([]);
    expect(carrier.answered()).toBe(before + 3);
    await box.stop();
    expect(used().spentTodayMinor).toBe(spentTodayMinor + 15);
    for (const call of calls) call.vanish();
  });
});
