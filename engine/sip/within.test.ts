import { afterEach, describe, expect, it } from 'vitest';
import { digestHash, digestParams, digestResponse } from './digest.ts';
import { type FakeParty, fakeParty, fakeSdp } from './fake-line.ts';
import { type FakePhone, fakePhone } from './fake-phone.ts';
import { splitOutside } from './message/grammar.ts';
import { headerValue } from './message/headers.ts';
import type { SipMessage, SipRequest } from './message/model.ts';
import { Credentials } from './registration/credentials.ts';
import type { SrfDialog, SrfHeaders } from './srf.ts';
import { requestWithin } from './within.ts';

const user = { username: 'desk', password: 'right' };
const md5 = (nonce: string, more = '') => `Digest realm="r", nonce="${nonce}", qop="auth,auth-int"${more}`;
const sha256 = (nonce: string, more = '') => `${md5(nonce, more)}, algorithm=SHA-256`;

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

const isMethod = (name: string) => (message: SipMessage) =>
  message.kind === 'request' && message.method === name;

/** A call that was placed to a phone. */
async function call(): Promise<{ dialog: SrfDialog; phone: FakePhone }> {
  const box: FakeParty = await fakeParty();
  ended.push(() => box.stop());
  const phone = await fakePhone({ serverPort: box.server.port });
  ended.push(() => phone.close());
  const answered = box.srf.createUAC(`sip:100@127.0.0.1:${phone.port}`, { localSdp: fakeSdp(4000) });
  const invite = await phone.next(isMethod('INVITE'));
  phone.send(accepted(phone, invite));
  const dialog = await answered;
  await phone.next(isMethod('ACK'));
  return { dialog, phone };
}

function accepted(phone: FakePhone, request: SipMessage): string {
  const body = fakeSdp(4002);
  // Where it wants to be reached from now on is another URI than the one that was dialled.
  const contact = `200 OK\r\nContact: <sip:line-7@127.0.0.1:${phone.port};x=1>\r\nContent-Type: application/sdp`;
  return phone
    .answer(request, contact)
    .replace(/^(To: (?:(?!;tag=).)*)$/m, '$1;tag=callee')
    .replace('Content-Length: 0\r\n\r\n', `Content-Length: ${body.length}\r\n\r\n${body}`);
}

/** The next one of its name; what is sent again because the machine was slow to answer is not a new one. */
async function nextRequest(phone: FakePhone, name: string): Promise<SipRequest> {
  const known = new Set(taken.get(phone));
  const message = await phone.next((one) => isMethod(name)(one) && !known.has(branchOf(one)));
  if (message.kind !== 'request') throw new Error('not a request');
  taken.set(phone, known.add(branchOf(message)));
  return message;
}

const taken = new WeakMap<FakePhone, ReadonlySet<string>>();
const branchOf = ({ headers }: SipMessage): string =>
  /;branch=([^;,\s]+)/.exec(headerValue(headers, 'Via') ?? '')?.[1] ?? '';

/** Challenges one request. @returns what comes instead of it */
async function challenge(phone: FakePhone, name: string, status: string): Promise<SipRequest> {
  const request = await nextRequest(phone, name);
  phone.send(phone.answer(request, status));
  if (name === 'INVITE') await phone.next(isMethod('ACK'));
  return nextRequest(phone, name);
}

/** What a request was authorized with, proven. */
function proven(request: SipRequest, header: 'Authorization' | 'Proxy-Authorization' = 'Authorization') {
  const given = headerValue(request.headers, header) ?? '';
  const params = digestParams(splitOutside(given.replace(/^Digest /, ''), ','));
  const text = (name: string): string => params?.get(name) ?? '';
  const algorithm = text('algorithm') === 'SHA-256' ? 'SHA-256' : 'MD5';
  const ha1 = digestHash(algorithm, user.username, text('realm'), user.password);
  const [nonce, nc, cnonce] = [text('nonce'), text('nc'), text('cnonce')];
  // The Request-URI that was received, not the one that the answer names.
  const parts = { algorithm, ha1, nonce, nc, cnonce, method: request.method, uri: request.uri } as const;
  return { right: digestResponse(parts) === text('response'), algorithm, nonce, nc, uri: text('uri') };
}

describe('requests within a dialog that are challenged', () => {
  it.each(['INVITE', 'UPDATE', 'INFO', 'REFER', 'NOTIFY', 'BYE'])(
    '%s goes again with an answer for the Request-URI that is sent, by the best algorithm',
    async (name) => {
      const { dialog, phone } = await call();
      const body = name === 'INVITE' || name === 'UPDATE' ? { body: fakeSdp(4000, 2) } : {};
      const headers: SrfHeaders = name === 'REFER' ? { 'Refer-To': '<sip:a@b>' } : {};
      const answer = requestWithin(dialog, { method: name, headers, ...body }, new Credentials(user));
      const offered = `401 Unauthorized\r\nWWW-Authenticate: ${md5('n1')}\r\nWWW-Authenticate: ${sha256('n2')}`;
      const again = await challenge(phone, name, offered);
      const uri = `sip:line-7@127.0.0.1:${phone.port};x=1`;
      expect(again.uri).toBe(uri);
      expect(proven(again)).toEqual({ right: true, algorithm: 'SHA-256', nonce: 'n2', nc: '00000001', uri });
      expect(again.body.toString()).toBe(body.body ?? '');
      phone.send(name === 'INVITE' ? accepted(phone, again) : phone.answer(again, '200 OK'));
      expect((await answer)?.status).toBe(200);
      if (name === 'INVITE') await phone.next(isMethod('ACK'));
    },
  );

  it('counts the uses of a nonce that is asked for again, and takes a new one', async () => {
    const { dialog, phone } = await call();
    const credentials = new Credentials(user);
    const counts: string[] = [];
    for (const nonce of ['same', 'same', 'other']) {
      const answer = requestWithin(dialog, { method: 'INFO' }, credentials);
      const again = await challenge(phone, 'INFO', `407 Proxy\r\nProxy-Authenticate: ${md5(nonce)}`);
      const { right, nc } = proven(again, 'Proxy-Authorization');
      expect(right).toBe(true);
      counts.push(`${nonce} ${nc}`);
      phone.send(phone.answer(again, '200 OK'));
      await answer;
    }
    expect(counts).toEqual(['same 00000001', 'same 00000002', 'other 00000001']);
  });

  it('answers a stale nonce once more, and a refused password never again', async () => {
    const { dialog, phone } = await call();
    const first = requestWithin(dialog, { method: 'INFO' }, new Credentials(user));
    const challenged = await challenge(phone, 'INFO', `401 No\r\nWWW-Authenticate: ${md5('old')}`);
    phone.send(phone.answer(challenged, `401 No\r\nWWW-Authenticate: ${md5('new', ', stale=true')}`));
    const third = await nextRequest(phone, 'INFO');
    expect(proven(third)).toMatchObject({ right: true, nonce: 'new' });
    phone.send(phone.answer(third, '200 OK'));
    expect((await first)?.status).toBe(200);
    const wrong = requestWithin(dialog, { method: 'INFO' }, new Credentials({ ...user, password: 'wrong' }));
    const refused = await challenge(phone, 'INFO', `401 No\r\nWWW-Authenticate: ${md5('n')}`);
    expect(proven(refused).right).toBe(false);
    phone.send(phone.answer(refused, `401 No\r\nWWW-Authenticate: ${md5('m')}`));
    expect((await wrong)?.status).toBe(401);
  });

  it('without a password, or in a dialog that is over, says so', async () => {
    const { dialog, phone } = await call();
    const answer = requestWithin(dialog, { method: 'INFO' }, null);
    const request = await nextRequest(phone, 'INFO');
    phone.send(phone.answer(request, `401 No\r\nWWW-Authenticate: ${md5('n')}`));
    expect((await answer)?.status).toBe(401);
    const bye = requestWithin(dialog, { method: 'BYE' }, null);
    phone.send(phone.answer(await nextRequest(phone, 'BYE'), '200 OK'));
    await bye;
    expect(await requestWithin(dialog, { method: 'INFO' }, null)).toBeNull();
  });
});
