import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeParty, fakeParty, fakeSdp } from './fake-line.ts';
import { type FakePhone, fakePhone } from './fake-phone.ts';
import { headerValue } from './message/headers.ts';
import type { SipMessage } from './message/model.ts';
import type { SrfDialog, SrfRequest, SrfResponse } from './srf.ts';

const timers = { t1Ms: 10, t2Ms: 40, t4Ms: 50 };
let box: FakeParty;
/** A proxy that forks: it hands our INVITE on and every answer back. */
let proxy: FakePhone;
/** Where the branches end. */
let branches: Readonly<Record<'a' | 'b' | 'c', FakePhone>>;

beforeEach(async () => {
  box = await fakeParty({ timers });
  const phone = (): Promise<FakePhone> => fakePhone({ serverPort: box.server.port });
  proxy = await phone();
  branches = { a: await phone(), b: await phone(), c: await phone() };
});
afterEach(async () => {
  for (const phone of [proxy, ...Object.values(branches)]) phone.close();
  await box.stop();
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const request = (method: string) => (message: SipMessage) =>
  message.kind === 'request' && message.method === method;
const headerOf = (message: SipMessage, name: string): string => headerValue(message.headers, name) ?? '';
const methodsHeardBy = ({ heard }: FakePhone): string[] =>
  heard.flatMap((message) => (message.kind === 'request' ? [message.method] : []));

/** What one branch says to the INVITE. */
function says(
  invite: SipMessage,
  branch: keyof typeof branches,
  status: string,
  more: readonly string[] = [],
) {
  const contact = `Contact: <sip:${branch}@127.0.0.1:${branches[branch].port}>`;
  const body = status.startsWith('200') ? fakeSdp(4100) : '';
  const type = body === '' ? [] : ['Content-Type: application/sdp'];
  const text = proxy
    .answer(invite, [status, contact, ...more, ...type].join('\r\n'))
    .replace(/^(To: .*)$/m, `$1;tag=${branch}`)
    .replace('Content-Length: 0\r\n\r\n', `Content-Length: ${body.length}\r\n\r\n${body}`);
  proxy.send(text);
}

async function place(): Promise<{
  readonly invite: SipMessage;
  readonly call: Promise<SrfDialog>;
  readonly rang: SrfResponse[];
  readonly sent: () => SrfRequest | null;
}> {
  const rang: SrfResponse[] = [];
  let sent: SrfRequest | null = null;
  const call = box.srf.createUAC(
    `sip:100@127.0.0.1:${proxy.port}`,
    { localSdp: fakeSdp(4000) },
    {
      cbRequest: (_, req) => {
        sent = req;
      },
      cbProvisional: (response) => void rang.push(response),
    },
  );
  return { invite: await proxy.next(request('INVITE')), call, rang, sent: () => sent };
}

describe('an INVITE that is forked on its way (RFC 3261 §13.2.2.4)', () => {
  it('has one call: the second that answers is acknowledged and hung up, each time that it says so', async () => {
    const { invite, call, rang } = await place();
    says(invite, 'a', '180 Ringing');
    says(invite, 'b', '183 Session Progress');
    says(invite, 'c', '180 Ringing');
    says(invite, 'b', '200 OK');
    says(invite, 'a', '200 OK');
    const dialog = await call;
    expect(dialog.sip.remoteTag).toBe('b');
    expect(rang.map(({ status }) => status)).toEqual([180, 183, 180]);

    const ack = await branches.a.next(request('ACK'));
    const bye = await branches.a.next(request('BYE'));
    for (const message of [ack, bye]) {
      expect(headerOf(message, 'To')).toContain(';tag=a');
      expect(headerOf(message, 'Call-ID')).toBe(headerOf(invite, 'Call-ID'));
      expect(headerOf(message, 'From')).toBe(headerOf(invite, 'From'));
    }
    expect(headerOf(ack, 'CSeq')).toBe(headerOf(invite, 'CSeq').replace('INVITE', 'ACK'));
    branches.a.send(branches.a.answer(bye, '200 OK'));
    // Its ACK was lost.
    says(invite, 'a', '200 OK');
    await branches.a.next(request('ACK'));
    await pause(4 * timers.t2Ms);
    expect(methodsHeardBy(branches.a)).toEqual(['ACK', 'BYE', 'ACK']);
    expect(methodsHeardBy(branches.b)).toEqual(['ACK']);
    expect(methodsHeardBy(branches.c)).toEqual([]);
    expect(dialog.connected).toBe(true);

    const ended = dialog.destroy();
    branches.b.send(branches.b.answer(await branches.b.next(request('BYE')), '200 OK'));
    await ended;
  });

  it('has an early dialog with each branch, whose reliable provisionals are acknowledged in it', async () => {
    const { invite, call } = await place();
    const reliable = ['Require: 100rel', 'RSeq: 7'];
    for (const branch of ['a', 'b'] as const) {
      says(invite, branch, '183 Session Progress', reliable);
      const prack = await branches[branch].next(request('PRACK'));
      expect(headerOf(prack, 'RAck')).toBe(`7 ${headerOf(invite, 'CSeq')}`);
      expect(headerOf(prack, 'To')).toContain(`;tag=${branch}`);
      branches[branch].send(branches[branch].answer(prack, '200 OK'));
    }
    says(invite, 'b', '200 OK');
    const dialog = await call;
    await branches.b.next(request('ACK'));
    // The other one is forgotten with its INVITE.
    await pause(64 * timers.t1Ms + 50);
    const inform = (branch: 'a' | 'b'): void => {
      const phone = branches[branch];
      const identity = { From: `${headerOf(invite, 'To')};tag=${branch}`, To: headerOf(invite, 'From') };
      phone.send(
        phone.request('INFO', { ...identity, 'Call-ID': headerOf(invite, 'Call-ID'), CSeq: '1 INFO' }),
      );
    };
    dialog.on('info', (_, res) => res.send(200));
    for (const [branch, status] of [
      ['a', 481],
      ['b', 200],
    ] as const) {
      inform(branch);
      const answer = await branches[branch].next((message) => message.kind === 'response');
      expect(answer).toMatchObject({ status });
    }
    const ended = dialog.destroy();
    branches.b.send(branches.b.answer(await branches.b.next(request('BYE')), '200 OK'));
    await ended;
  });

  it('is hung up on every branch that answers after the first has been left again', async () => {
    const { invite, call } = await place();
    says(invite, 'a', '200 OK');
    const dialog = await call;
    const ended = dialog.destroy();
    branches.a.send(branches.a.answer(await branches.a.next(request('BYE')), '200 OK'));
    await ended;
    for (const branch of ['b', 'c'] as const) {
      says(invite, branch, '200 OK');
      await branches[branch].next(request('ACK'));
      const bye = await branches[branch].next(request('BYE'));
      branches[branch].send(branches[branch].answer(bye, '200 OK'));
    }
  });

  it('that is cancelled while a branch answers leaves nobody on the line', async () => {
    const { invite, call, sent } = await place();
    says(invite, 'a', '180 Ringing');
    await pause(20);
    sent()?.cancel();
    const cancel = await proxy.next(request('CANCEL'));
    proxy.send(proxy.answer(cancel, '200 OK'));
    for (const branch of ['a', 'b'] as const) says(invite, branch, '200 OK');
    // The first is the application's to hang up.
    const dialog = await call;
    await branches.a.next(request('ACK'));
    const bye = await branches.b.next(request('BYE'));
    branches.b.send(branches.b.answer(bye, '200 OK'));
    const ended = dialog.destroy();
    branches.a.send(branches.a.answer(await branches.a.next(request('BYE')), '200 OK'));
    await ended;
  });
});
