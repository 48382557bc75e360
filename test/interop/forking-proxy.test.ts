import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerChallenge } from '../../engine/sip/digest-client.ts';
import { type FakeParty, fakeParty, fakeSdp } from '../../engine/sip/fake-line.ts';
import { type FakePhone, fakePhone } from '../../engine/sip/fake-phone.ts';
import { headerValue, headerValues } from '../../engine/sip/message/headers.ts';
import type { SipMessage } from '../../engine/sip/message/model.ts';
import { missingFor } from '../caller/scene.ts';
import { type Kamailio, startKamailio } from './peers/kamailio.ts';
import { freePort } from './peers/program.ts';

const missing = await missingFor({ programs: ['kamailio'] });

const isRequest = (method: string) => (message: SipMessage) =>
  message.kind === 'request' && message.method === method;
const headerOf = (message: SipMessage, name: string): string => headerValue(message.headers, name) ?? '';
const methodsHeardBy = ({ heard }: FakePhone): string[] =>
  heard.flatMap((message) => (message.kind === 'request' ? [message.method] : []));

describe.skipIf(missing)(`a call that Kamailio forks to two phones of one person${missing}`, () => {
  let kamailio: Kamailio;
  let box: FakeParty;
  const phones: FakePhone[] = [];

  beforeAll(async () => {
    const port = await freePort();
    kamailio = await startKamailio({ port, mode: 'proxy', users: { bob: 'secret' } });
    box = await fakeParty({ timers: { t1Ms: 100, t2Ms: 400, t4Ms: 500 } });
    for (const name of ['desk', 'mobile']) {
      const phone = await fakePhone({ serverPort: port });
      phones.push(phone);
      await register(phone, name);
    }
  });
  afterAll(async () => {
    for (const phone of phones) phone.close();
    await box?.stop();
    await kamailio?.stop();
  });

  async function register(phone: FakePhone, name: string): Promise<void> {
    const changes = (cseq: number) => ({
      ...{ From: `<sip:bob@127.0.0.1>;tag=${name}`, To: '<sip:bob@127.0.0.1>', 'Call-ID': name },
      ...{ CSeq: `${cseq} REGISTER`, Contact: `<sip:bob@127.0.0.1:${phone.port}>`, Expires: '600' },
    });
    phone.send(phone.request('REGISTER', changes(1)));
    const refusal = await phone.next((message) => message.kind === 'response' && message.status === 401);
    const Authorization = answerChallenge({
      ...{ challenge: headerOf(refusal, 'WWW-Authenticate'), method: 'REGISTER' },
      ...{ uri: `sip:+14155550100@127.0.0.1:${kamailio.port}`, username: 'bob', password: 'secret' },
    });
    phone.send(phone.request('REGISTER', { ...changes(2), Authorization }));
    await phone.next((message) => message.kind === 'response' && message.status === 200);
  }

  /** 200 with a tag of its own, by the way that the INVITE came. */
  function accept(phone: FakePhone, invite: SipMessage): void {
    const lines = ['Via', 'Record-Route', 'From', 'Call-ID', 'CSeq'].flatMap((name) =>
      headerValues(invite.headers, name).map((value) => `${name}: ${value}`),
    );
    const body = fakeSdp(phone.port);
    const own = [
      `To: ${headerOf(invite, 'To')};tag=${phone.port}`,
      `Contact: <sip:bob@127.0.0.1:${phone.port}>`,
    ];
    const content = ['Content-Type: application/sdp', `Content-Length: ${body.length}`, '', body];
    phone.send(['SIP/2.0 200 OK', ...lines, ...own, ...content].join('\r\n'));
  }

  it('and that both answer is one call: the other is acknowledged and hung up through the proxy', async () => {
    const placed = box.srf.createUAC(`sip:bob@127.0.0.1:${kamailio.port}`, { localSdp: fakeSdp(4000) });
    const invites = await Promise.all(phones.map((phone) => phone.next(isRequest('INVITE'))));
    for (const [index, phone] of phones.entries()) {
      const invite = invites[index];
      if (invite) accept(phone, invite);
    }
    const dialog = await placed;
    const [kept, other] = phones.toSorted((phone) => (dialog.sip.remoteTag === String(phone.port) ? -1 : 1));
    if (!kept || !other) throw new Error('two phones');
    await other.next(isRequest('ACK'));
    const bye = await other.next(isRequest('BYE'));
    expect(headerOf(bye, 'To')).toContain(`;tag=${other.port}`);
    other.send(other.answer(bye, '200 OK'));
    await kept.next(isRequest('ACK'));
    // Long enough for whatever would be repeated.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(methodsHeardBy(kept).filter((method) => method === 'BYE')).toEqual([]);
    expect(methodsHeardBy(other).filter((method) => method === 'BYE')).toEqual(['BYE']);
    expect(dialog.connected).toBe(true);
    const ended = dialog.destroy();
    kept.send(kept.answer(await kept.next(isRequest('BYE')), '200 OK'));
    await ended;
  });
});
