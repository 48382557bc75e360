import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../foundation/index.ts';
import { type FakeParty, fakeParty, fakeSdp, routesAreKnown } from './fake-line.ts';
import { type FakePhone, fakePhone } from './fake-phone.ts';
import { headerValue } from './message/headers.ts';
import type { SipMessage } from './message/model.ts';
import type { SipServerOptions } from './server.ts';
import type { SrfDialog, SrfRequest } from './srf.ts';

const timers = { t1Ms: 20, t2Ms: 80, t4Ms: 100 };
const parties: FakeParty[] = [];
const phones: FakePhone[] = [];

async function party(options: Partial<SipServerOptions> = {}): Promise<FakeParty> {
  const made = await fakeParty({ timers, ...options });
  parties.push(made);
  return made;
}
async function phoneOf({ server }: FakeParty): Promise<FakePhone> {
  const phone = await fakePhone({ serverPort: server.port });
  phones.push(phone);
  return phone;
}
afterEach(async () => {
  for (const phone of phones.splice(0)) phone.close();
  for (const made of parties.splice(0)) await made.stop();
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const method = (wanted: string) => (message: SipMessage) =>
  message.kind === 'request' && message.method === wanted;
const status =
  (wanted: number, name = 'INVITE') =>
  (message: SipMessage): boolean =>
    message.kind === 'response' &&
    message.status === wanted &&
    (headerValue(message.headers, 'CSeq') ?? '').endsWith(` ${name}`);
const headerOf = (message: SipMessage, name: string): string => headerValue(message.headers, name) ?? '';

/** An answer that opens a dialog, or goes on with it. */
function answerOf(
  phone: FakePhone,
  request: SipMessage,
  parts: { readonly status?: string; readonly headers?: readonly string[]; readonly body?: string } = {},
): string {
  const { body = '', headers = [] } = parts;
  const lines = [parts.status ?? '200 OK', `Contact: <sip:100@127.0.0.1:${phone.port}>`, ...headers];
  if (body !== '') lines.push('Content-Type: application/sdp');
  return phone
    .answer(request, lines.join('\r\n'))
    .replace(/^(To: (?:(?!;tag=).)*)$/m, '$1;tag=callee')
    .replace('Content-Length: 0\r\n\r\n', `Content-Length: ${body.length}\r\n\r\n${body}`);
}

/** A call that the box places and the phone answers. */
async function placed(box: FakeParty, phone: FakePhone, headers: readonly string[] = []): Promise<SrfDialog> {
  const call = box.srf.createUAC(`sip:100@127.0.0.1:${phone.port}`, { localSdp: fakeSdp(4000) });
  const invite = await phone.next(method('INVITE'));
  phone.send(answerOf(phone, invite, { headers, body: fakeSdp(4002) }));
  const dialog = await call;
  await phone.next(method('ACK'));
  return dialog;
}

/** A call that the phone places and the box answers. */
async function taken(
  box: FakeParty,
  phone: FakePhone,
  changes: Readonly<Record<string, string>> = {},
): Promise<{ readonly dialog: SrfDialog; readonly To: string }> {
  const answered = new Promise<SrfDialog>((resolve, reject) => {
    box.srf.invite((req, res) => {
      void box.srf.createUAS(req, res, { localSdp: fakeSdp(4000) }).then(resolve, reject);
    });
  });
  await routesAreKnown();
  phone.send(phone.request('INVITE', changes, fakeSdp(4002)));
  const To = headerOf(await phone.next(status(200)), 'To');
  phone.send(phone.request('ACK', { To, CSeq: '1 ACK' }));
  return { dialog: await answered, To };
}

describe('a NOTIFY that comes before the 202 to a REFER outside of calls (RFC 6665 §4.4.1)', () => {
  it('finds the dialog that it opens, and the 202 finds the same', async () => {
    const box = await party();
    const phone = await phoneOf(box);
    const notified = new Promise<string>((resolve) => {
      box.srf.notify((req: SrfRequest, res) => {
        res.send(200);
        resolve(req.body);
      });
    });
    await routesAreKnown();
    const accepted = new Promise<number>((resolve) => {
      const headers = { 'Refer-To': '<sip:200@127.0.0.1>', From: '<sip:box@127.0.0.1>' };
      box.srf.request(`sip:100@127.0.0.1:${phone.port}`, { method: 'REFER', headers }, (_, req) => {
        req.on('response', (res) => resolve(res.status));
      });
    });
    const refer = await phone.next(method('REFER'));
    const dialog = {
      From: `${headerOf(refer, 'To')};tag=callee`,
      To: headerOf(refer, 'From'),
      'Call-ID': headerOf(refer, 'Call-ID'),
      Event: 'refer',
    };
    const notify = (cseq: number, state: string, changes = {}): void => {
      const headers = { ...dialog, CSeq: `${cseq} NOTIFY`, 'Subscription-State': state, ...changes };
      phone.send(phone.request('NOTIFY', { ...headers, 'Content-Type': 'message/sipfrag' }, 'SIP/2.0 100'));
    };
    notify(1, 'active', { To: '<sip:box@127.0.0.1>;tag=another' });
    await phone.next(status(481, 'NOTIFY'));
    notify(2, 'active');
    await phone.next(status(200, 'NOTIFY'));
    expect(await notified).toBe('SIP/2.0 100');
    phone.send(answerOf(phone, refer, { status: '202 Accepted' }));
    expect(await accepted).toBe(202);
    notify(3, 'terminated;reason=noresource');
    await phone.next(status(200, 'NOTIFY'));
    notify(4, 'active');
    await phone.next(status(481, 'NOTIFY'));
  });
});

describe('a BYE that is challenged', () => {
  const challenge = '401 Unauthorized\r\nWWW-Authenticate: Digest realm="pbx", nonce="n", qop="auth"';

  it('is said again with the password, in the same dialog', async () => {
    const box = await party();
    const phone = await phoneOf(box);
    const dialog = await placed(box, phone);
    const ended = dialog.destroy({ auth: { username: 'desk', password: 'right' } });
    const first = await phone.next(method('BYE'));
    phone.send(phone.answer(first, challenge));
    const second = await phone.next(
      (message) => method('BYE')(message) && headerOf(message, 'Authorization') !== '',
    );
    for (const name of ['From', 'To', 'Call-ID']) expect(headerOf(second, name)).toBe(headerOf(first, name));
    const [before, after] = [first, second].map((bye) => Number.parseInt(headerOf(bye, 'CSeq'), 10));
    expect(after).toBe((before ?? 0) + 1);
    phone.send(phone.answer(second, '200 OK'));
    await ended;
    await pause(10);
    const info = { From: headerOf(first, 'To'), To: headerOf(first, 'From'), CSeq: '1 INFO' };
    phone.send(phone.request('INFO', { ...info, 'Call-ID': headerOf(first, 'Call-ID') }));
    await phone.next(status(481, 'INFO'));
  });

  it('ends the call all the same where there is no password', async () => {
    const box = await party();
    const phone = await phoneOf(box);
    const dialog = await placed(box, phone);
    const ended = dialog.destroy();
    const bye = await phone.next(method('BYE'));
    phone.send(phone.answer(bye, challenge));
    await ended.catch(() => {});
    await pause(2 * timers.t2Ms);
    const info = { From: headerOf(bye, 'To'), To: headerOf(bye, 'From'), CSeq: '1 INFO' };
    phone.send(phone.request('INFO', { ...info, 'Call-ID': headerOf(bye, 'Call-ID') }));
    await phone.next(status(481, 'INFO'));
  });
});

describe('a Contact that leads nowhere', () => {
  it.each([
    ['a port that nobody listens on', '<sip:phone@127.0.0.1:1;transport=tcp>'],
    ['a name that nobody knows', '<sip:phone@phone.invalid>'],
    ['no SIP at all', '<mailto:phone@example.com>'],
  ])('(%s) is passed over for the way the call came', async (_, Contact) => {
    const box = await party();
    const phone = await phoneOf(box);
    const { dialog } = await taken(box, phone, { Contact });
    void dialog.destroy();
    const bye = await phone.next(method('BYE'));
    expect(bye).toMatchObject({ uri: Contact.slice(1, -1) });
    phone.send(phone.answer(bye, '200 OK'));
  });
});

describe('the ACK for a refusal', () => {
  it('has to fit in branch, Call-ID, CSeq and both tags to end the repetitions', async () => {
    const box = await party({ timers: { t1Ms: 20, t2Ms: 40, t4Ms: 100 } });
    const phone = await phoneOf(box);
    const { dialog, To } = await taken(box, phone);
    dialog.on('modify', (_, res) => res.send(488));
    const Via = `SIP/2.0/UDP 127.0.0.1:${phone.port};branch=z9hG4bKmodify;rport`;
    phone.send(phone.request('INVITE', { To, Via, CSeq: '2 INVITE' }, fakeSdp(4004)));
    await phone.next(status(488));
    const right = { To, Via, CSeq: '2 ACK' };
    const wrong: readonly Readonly<Record<string, string>>[] = [
      { Via: Via.replace('modify', 'other') },
      { 'Call-ID': 'other' },
      { CSeq: '1 ACK' },
      { To: `${To}x` },
      { From: '<sip:+14155550101@127.0.0.1>;tag=other' },
    ];
    for (const changes of wrong) {
      phone.send(phone.request('ACK', { ...right, ...changes }));
      await phone.next(status(488));
      await phone.next(status(488));
    }
    phone.send(phone.request('ACK', right));
    await pause(10);
    const count = phone.heard.length;
    await pause(3 * timers.t2Ms);
    expect(phone.heard.length).toBe(count);
  });
});

describe('a 100', () => {
  it.each<[string, Record<string, string>, number[]]>([
    ['to a new call is heard by call control', {}, [100, 486]],
    ['to one with credentials is not', { Authorization: 'Digest username="a"' }, [486]],
  ])('%s', async (_, headers, expected) => {
    const box = await party();
    const phone = await phoneOf(box);
    const heard: number[] = [];
    const options = { method: 'INVITE', headers, body: fakeSdp(4000) };
    box.srf.request(`sip:100@127.0.0.1:${phone.port}`, options, (_error, req) => {
      req.on('response', (res) => heard.push(res.status));
    });
    const invite = await phone.next(method('INVITE'));
    for (const text of ['100 Trying', '486 Busy Here']) phone.send(phone.answer(invite, text));
    await phone.next(method('ACK'));
    await pause(20);
    expect(heard).toEqual(expected);
  });

  it('within a call is not taken for the answer', async () => {
    const box = await party();
    const phone = await phoneOf(box);
    const dialog = await placed(box, phone);
    const asked = dialog.request({ method: 'INVITE', body: fakeSdp(4004) });
    const invite = await phone.next(method('INVITE'));
    for (const text of ['100 Trying', '488 Not Acceptable Here']) phone.send(phone.answer(invite, text));
    expect((await asked).status).toBe(488);
    const ended = dialog.destroy();
    phone.send(phone.answer(await phone.next(method('BYE')), '200 OK'));
    await ended;
  });
});

describe('a session that the box refreshes by INVITE', () => {
  it.each([
    ['the same', fakeSdp(4002), false],
    ['another version of the same', fakeSdp(4002, 2), false],
    ['another', fakeSdp(4010, 2), true],
  ])('repeats its description; an answer that is %s', async (_, body, tells) => {
    const told: unknown[] = [];
    const warn = (...parts: unknown[]): void => void told.push(parts[1]);
    const box = await party({
      sessionExpiresS: 1,
      minSessionExpiresS: 1,
      log: { ...silentLog, info: () => {}, debug: () => {}, error: () => {}, warn },
    });
    const phone = await phoneOf(box);
    const headers = ['Session-Expires: 1;refresher=uac'];
    const dialog = await placed(box, phone, headers);
    const refresh = await phone.next(method('INVITE'));
    expect(refresh.body.toString()).toBe(fakeSdp(4000));
    phone.send(answerOf(phone, refresh, { headers, body }));
    await phone.next((message) => method('ACK')(message) && headerOf(message, 'CSeq') === '2 ACK');
    expect(told).toEqual(tells ? ['the answer to a session refresh changes the session'] : []);
    const ended = dialog.destroy();
    phone.send(phone.answer(await phone.next(method('BYE')), '200 OK'));
    await ended;
  });
});
