import { afterEach, describe, expect, it } from 'vitest';
import { ha1Of } from '../../engine/sip/index.ts';
import { headerValue } from '../../engine/sip/message/headers.ts';
import type { Trunk, TrunkChange } from '../../engine/store/index.ts';
import type { CallHouse } from './call-control-house.ts';
import { host, own, until } from './call-control-party.ts';
import { type CarrierAnswer, type FakeCarrier, fakeCarrier } from './peers/fake-carrier.ts';

const target = '+12125550147';
const ok = [{ status: '200 OK' }];
const busy = [{ status: '486 Busy Here' }];

export function trunkSignallingCases(house: CallHouse): void {
  const { box, lines, ring, controls, greeted, over } = house;

  const carriers: FakeCarrier[] = [];
  async function carrier(replies: FakeCarrier['replies'] = {}): Promise<FakeCarrier> {
    const made = await fakeCarrier({ OPTIONS: ok, ...replies });
    carriers.push(made);
    return made;
  }

  const trunkTo = (name: string, { port }: FakeCarrier, change: TrunkChange = {}): Trunk =>
    box.trunks.add({
      ...{ kind: 'digest', name, username: `in-${name}`, ha1: ha1Of(`in-${name}`, 'x') },
      ...{ host, port, callerId: own, codecs: ['PCMU'], ...change },
    });
  const lineOf = ({ id }: Trunk) => lines.lines().find((line) => line.id === id);
  const comesUp = (trunk: Trunk): Promise<void> =>
    until(() => ['up', 'registered'].includes(lineOf(trunk)?.status ?? ''));

  /** A caller is put through to the number; resolves with what came of it. */
  async function putThrough() {
    const caller = await ring();
    await greeted();
    const startedMs = performance.now();
    const result = await controls().transfer({ to: { kind: 'number', number: target }, mode: 'attended' });
    const tookMs = performance.now() - startedMs;
    await over(caller);
    return { result, tookMs };
  }

  describe.sequential('the signalling of trunks', () => {
    afterEach(() => {
      for (const each of carriers.splice(0)) each.close();
    });

    it('a call goes out by the Service-Route that the registrar named, and asks for the number of the house', async () => {
      const edge = await carrier({ INVITE: busy });
      const route = `<sip:${host}:${edge.port};lr>`;
      const registrar = await carrier({
        REGISTER: [{ status: '200 OK', headers: [`Service-Route: ${route}`, 'Expires: 600'] }],
      });
      const trunk = trunkTo('account', registrar, {
        ...{ kind: 'registration', username: null, ha1: null, callerId: null },
        ...{ authUsername: '4711', password: 'secret' },
      });
      await comesUp(trunk);
      expect((await putThrough()).result).toMatchObject({ result: 'returned', code: 'callee_busy' });
      const [invite] = edge.heardOf('INVITE');
      const header = (name: string): string | null => (invite ? headerValue(invite.headers, name) : null);
      expect(invite?.uri).toBe(`sip:${target}@${host}:${registrar.port}`);
      expect(header('Route')).toBe(route);
      expect(header('From')).toContain(`<sip:4711@${host}>`);
      expect(header('P-Preferred-Identity')).toBe(`<sip:${own}@${host}>`);
      expect(edge.heardOf('ACK').map((ack) => headerValue(ack.headers, 'Route'))).toEqual([route]);
      expect(registrar.heardOf('INVITE')).toEqual([]);
    });

    it('a trunk that says 503 is left alone as long as it asks, though it answers OPTIONS', async () => {
      const full = await carrier({
        INVITE: [{ status: '503 Service Unavailable', headers: ['Retry-After: 120'] }],
      });
      const good = await carrier({ INVITE: busy });
      const [first, second] = [
        trunkTo('full', full, { priority: 1 }),
        trunkTo('good', good, { priority: 2 }),
      ];
      await Promise.all([comesUp(first), comesUp(second)]);
      for (const calls of [1, 2]) {
        expect((await putThrough()).result).toMatchObject({ code: 'callee_busy' });
        expect(good.heardOf('INVITE')).toHaveLength(calls);
      }
      expect(full.heardOf('INVITE')).toHaveLength(1);
      expect(lines.stateOf(first.id).health).toBe('down');
      // A person who asks for it knows better.
      lines.refresh(first.id);
      await comesUp(first);
      expect(lines.stateOf(first.id).health).toBe('up');
    });

    it('a trunk that refuses one call with 403 is not left alone: the next call may be another one', async () => {
      const strict = await carrier({ INVITE: [{ status: '403 Caller Id Refused' }] });
      const good = await carrier({ INVITE: busy });
      const [first, second] = [
        trunkTo('strict', strict, { priority: 1 }),
        trunkTo('good', good, { priority: 2 }),
      ];
      await Promise.all([comesUp(first), comesUp(second)]);
      for (const calls of [1, 2]) {
        expect((await putThrough()).result).toMatchObject({ code: 'callee_busy' });
        expect([strict.heardOf('INVITE').length, good.heardOf('INVITE').length]).toEqual([calls, calls]);
      }
      expect(lineOf(first)).toMatchObject({ status: 'up', reason: 'a call was answered with 403' });
    });

    it('a trunk that has fallen silent is given up while the caller waits, and the next one has the call', async () => {
      const [dead, good] = [await carrier(), await carrier({ INVITE: busy })];
      const [first, second] = [
        trunkTo('dead', dead, { priority: 1 }),
        trunkTo('good', good, { priority: 2 }),
      ];
      await Promise.all([comesUp(first), comesUp(second)]);
      dead.replies = {};
      const { result, tookMs } = await putThrough();
      expect(result).toMatchObject({ code: 'callee_busy' });
      expect(good.heardOf('INVITE')).toHaveLength(1);
      expect(tookMs).toBeLessThan(12_000);
      expect(lineOf(first)).toMatchObject({ status: 'down', reason: 'no answer to a call' });
    });

    it.each<[string, CarrierAnswer[], FakeCarrier['replies']]>([
      ['says only that it tries', [{ status: '100 Trying' }], {}],
      ['says nothing of the call, but answers OPTIONS', [], { OPTIONS: ok }],
    ])('a slow trunk that %s keeps the call', async (_, first, others) => {
      const [slow, other] = [await carrier(), await carrier({ INVITE: busy })];
      const [line, next] = [trunkTo('slow', slow, { priority: 1 }), trunkTo('other', other, { priority: 2 })];
      await Promise.all([comesUp(line), comesUp(next)]);
      slow.replies = { INVITE: [...first, { status: '486 Busy Here', afterMs: 7000 }], ...others };
      expect((await putThrough()).result).toMatchObject({ code: 'callee_busy' });
      expect(other.heardOf('INVITE')).toEqual([]);
    });

    it('a trunk that knows us by address tells where it sees us, and what a house’s own PBX sees is not told outside', async () => {
      const outside = await carrier();
      outside.seesUsAs = { address: '198.51.100.7', port: 40_000 };
      const inside = await carrier();
      inside.seesUsAs = { address: '192.168.1.20', port: 5060 };
      const [first, second] = [trunkTo('outside', outside), trunkTo('inside', inside)];
      await comesUp(first);
      expect(lineOf(first)?.externalAddress).toBe('198.51.100.7');
      expect(lines.externalAddress()).toBe('198.51.100.7');
      await comesUp(second);
      expect(lines.externalAddress()).toBe('198.51.100.7');
    });
  });
}
