import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../engine/foundation/index.ts';
import { fakeSdp } from '../../engine/sip/fake-line.ts';
import { type FakePhone, fakePhone } from '../../engine/sip/fake-phone.ts';
import { startSip } from '../../engine/sip/index.ts';
import { headerValue } from '../../engine/sip/message/headers.ts';
import type { SipMessage } from '../../engine/sip/message/model.ts';
import { startCallHouse } from './call-control-house.ts';
import { host, own, until } from './call-control-party.ts';
import type { ControlServer } from './peers/control-servers.ts';

/** The embedded server with sessions of seconds: the standard allows none below 90. */
const hurried: ControlServer = {
  name: 'a server in a hurry',
  missing: '',
  async start() {
    const sip = await startSip({
      ...{ host, port: 0, log: silentLog },
      ...{ sessionExpiresS: 3, minSessionExpiresS: 1 },
    });
    const sipControlServer = `${sip.controlHost}:${sip.controlPort}`;
    return {
      settings: { sipHost: host, sipPort: sip.port, sipControlServer, sipControlSecret: sip.controlSecret },
      stop: () => sip.stop(),
    };
  },
};

const house = await startCallHouse({ server: hurried });
let caller: FakePhone;

const isRequest = (method: string) => (message: SipMessage) =>
  message.kind === 'request' && message.method === method;
const headerOf = (message: SipMessage, name: string): string => headerValue(message.headers, name) ?? '';

/** Rings the box, which takes the call. @returns Session-Expires of its answer */
async function ring(sessionExpires: string): Promise<string> {
  const session = {
    Supported: 'timer',
    Allow: 'INVITE, ACK, BYE, UPDATE',
    'Session-Expires': sessionExpires,
  };
  const invite = caller.request('INVITE', session, fakeSdp(46_000));
  caller.send(invite.replace(/^INVITE \S+/, `INVITE sip:${own}@${host}`));
  const answer = await caller.next((message) => message.kind === 'response' && message.status === 200);
  caller.send(caller.request('ACK', { To: headerOf(answer, 'To'), CSeq: '1 ACK' }));
  await until(() => house.registry.count() === 1);
  return headerOf(answer, 'Session-Expires');
}

/** The box hangs up and nothing of the call is left but its record. */
async function endsWithRecord(): Promise<void> {
  const bye = await caller.next(isRequest('BYE'));
  expect(headerOf(bye, 'Reason')).toContain('Session timer expired');
  caller.send(caller.answer(bye, '200 OK'));
  await until(() => house.registry.count() === 0 && house.legsLeft() === 0);
  expect(house.eventsOf('call.ended')).toHaveLength(1);
  const call = house.lastCall();
  expect(call?.endedAtMs).toBeGreaterThan(call?.startedAtMs ?? 0);
  expect(house.store.calls.find(call?.id ?? '')).toMatchObject({ id: call?.id });
}

describe('a call with session timers (RFC 4028)', { retry: 0 }, () => {
  beforeEach(async () => {
    house.reset();
    caller = await fakePhone({ serverPort: house.sipPort });
  });
  afterEach(async () => {
    caller.close();
    await house.clear();
  });
  afterAll(() => house.stop());

  it('goes on while the box refreshes it, and ends with its record when a refresh has no answer', async () => {
    expect(await ring('3;refresher=uas')).toBe('3;refresher=uas');
    for (let refreshes = 0; refreshes < 2; refreshes += 1) {
      const refresh = await caller.next(isRequest('UPDATE'));
      const terms = headerOf(refresh, 'Session-Expires');
      expect(terms).toBe('3;refresher=uac');
      const headers = [`Session-Expires: ${terms}`, `Contact: <sip:phone@${host}:${caller.port}>`];
      caller.send(caller.answer(refresh, ['200 OK', ...headers].join('\r\n')));
    }
    expect(house.registry.count()).toBe(1);
    await caller.next(isRequest('UPDATE'));
    await endsWithRecord();
  });

  it('ends with its record at once when a refresh finds that the caller has forgotten it', async () => {
    await ring('3;refresher=uas');
    caller.send(caller.answer(await caller.next(isRequest('UPDATE')), '481 Call Does Not Exist'));
    await endsWithRecord();
  });

  it('ends with its record when the caller, who was to refresh it, does not', async () => {
    expect(await ring('3;refresher=uac')).toBe('3;refresher=uac');
    await endsWithRecord();
    expect(caller.heard.filter(isRequest('UPDATE'))).toEqual([]);
  });
});
