import { createSocket } from 'node:dgram';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../foundation/index.ts';
import { connectCallControl } from './call-control.ts';
import { type FakePhone, fakePhone } from './fake-phone.ts';
import { headerValue, headerValues } from './message/headers.ts';
import type { SipMessage } from './message/model.ts';
import { type SipServer, startSip } from './server.ts';
import type { Srf, SrfDialog, SrfHandler, SrfRequest, SrfResponse } from './srf.ts';

const localSdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';
const timers = { t1Ms: 10, t2Ms: 40, t4Ms: 50 };

let server: SipServer;
let srf: Srf;
let onInvite: SrfHandler = (_, res) => res.send(480);
const phones: FakePhone[] = [];

beforeAll(async () => {
  server = await startSip({ host: '127.0.0.1', port: 0, log: silentLog, timers });
  srf = await connectCallControl({
    host: server.controlHost,
    port: server.controlPort,
    secret: server.controlSecret,
  });
  srf.invite((req, res) => onInvite(req, res));
  await routeIsKnown();
});
afterEach(() => {
  for (const phone of phones.splice(0)) phone.close();
});
afterAll(async () => {
  srf.disconnect();
  await server.stop();
});

/** The server learns of a handler over the control connection. */
const routeIsKnown = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

async function newPhone(transport: 'udp' | 'tcp' = 'udp'): Promise<FakePhone> {
  const phone = await fakePhone({ serverPort: server.port, transport });
  phones.push(phone);
  return phone;
}

const status =
  (wanted: number, method = 'INVITE') =>
  (message: SipMessage): boolean =>
    message.kind === 'response' &&
    message.status === wanted &&
    (headerValue(message.headers, 'CSeq') ?? '').endsWith(` ${method}`);
const method = (wanted: string) => (message: SipMessage) =>
  message.kind === 'request' && message.method === wanted;
const toOf = (message: SipMessage): string => headerValue(message.headers, 'To') ?? '';

/** A call that is answered; resolves with the application's side of it. */
async function answeredCall(phone: FakePhone): Promise<{ dialog: SrfDialog; to: string; ok: SipMessage }> {
  const answered = new Promise<SrfDialog>((resolve, reject) => {
    onInvite = (req, res) => void srf.createUAS(req, res, { localSdp }).then(resolve, reject);
  });
  phone.send(phone.request('INVITE', {}, localSdp));
  const ok = await phone.next(status(200));
  const dialog = await answered;
  return { dialog, to: toOf(ok), ok };
}

const acknowledge = (phone: FakePhone, to: string, cseq = 1): void =>
  phone.send(phone.request('ACK', { To: to, CSeq: `${cseq} ACK` }));

describe.each(['udp', 'tcp'] as const)('a call over %s', (transport) => {
  it('is answered, acknowledged and ended by the caller', async () => {
    const phone = await newPhone(transport);
    const { dialog, to, ok } = await answeredCall(phone);
    expect(ok.body.toString()).toBe(localSdp);
    expect(headerValue(ok.headers, 'Content-Type')).toBe('application/sdp');
    expect(headerValue(ok.headers, 'Contact')).toBe(
      `<sip:127.0.0.1:${server.port}${transport === 'tcp' ? ';transport=tcp' : ''}>`,
    );
    const acked = new Promise((resolve) => dialog.on('ack', resolve));
    const ended = new Promise((resolve) => dialog.on('destroy', resolve));
    acknowledge(phone, to);
    await acked;
    phone.send(phone.request('BYE', { To: to, CSeq: '2 BYE' }));
    await phone.next(status(200, 'BYE'));
    await ended;
    phone.send(phone.request('BYE', { To: to, CSeq: '3 BYE' }));
    await phone.next(status(481, 'BYE'));
  });

  it('is ended by the application, which waits for the ACK first', async () => {
    const phone = await newPhone(transport);
    const { dialog, to } = await answeredCall(phone);
    const ended = dialog.destroy();
    await phone.next(status(200));
    expect(phone.heard.some(method('BYE'))).toBe(false);
    acknowledge(phone, to);
    const bye = await phone.next(method('BYE'));
    expect(bye).toMatchObject({ uri: expect.stringContaining(`sip:phone@127.0.0.1:${phone.port}`) });
    expect(headerValue(bye.headers, 'From')).toBe(to);
    phone.send(phone.answer(bye, '200 OK'));
    await ended;
  });

  it('is cancelled: 200, 487, and the application is told', async () => {
    const phone = await newPhone(transport);
    const cancelled = new Promise<SrfResponse>((resolve) => {
      onInvite = (req, res) => {
        req.on('cancel', () => resolve(res));
        res.send(180);
      };
    });
    const invite = phone.request('INVITE', {}, localSdp);
    phone.send(invite);
    const ringing = await phone.next(status(180));
    const via = headerValues(ringing.headers, 'Via')[0] ?? '';
    phone.send(
      phone.request('CANCEL', { Via: via.replace(/;received=.*$/, '').replace(/rport=\d+/, 'rport') }),
    );
    const ok = await phone.next(status(200, 'CANCEL'));
    const terminated = await phone.next(status(487));
    expect(toOf(terminated)).toBe(toOf(ringing));
    expect(toOf(ok)).toBe(toOf(ringing));
    await cancelled;
  });

  it('is refused with what the application says', async () => {
    const phone = await newPhone(transport);
    onInvite = (_, res) => res.send(488, { headers: { Warning: '304 voxbox "no codec"' } });
    phone.send(phone.request('INVITE', {}, localSdp));
    const refusal = await phone.next(status(488));
    expect(headerValue(refusal.headers, 'Warning')).toBe('304 voxbox "no codec"');
    expect(toOf(refusal)).toMatch(/;tag=/);
  });
});

describe('an unreliable network', () => {
  it('gets the 200 again until the ACK, and the BYE and a word to the application when none comes', async () => {
    const phone = await newPhone();
    const { dialog, to } = await answeredCall(phone);
    const reason = new Promise((resolve) => dialog.on('destroy', (_, why) => resolve(why)));
    for (let i = 0; i < 3; i++) await phone.next(status(200));
    const bye = await phone.next(method('BYE'));
    expect(headerValue(bye.headers, 'From')).toBe(to);
    expect(await reason).toBe('ACK timeout');
  });

  it('gets one answer to a repeated request', async () => {
    const phone = await newPhone();
    let calls = 0;
    onInvite = (_, res) => {
      calls += 1;
      res.send(603);
    };
    const invite = phone.request('INVITE', {}, localSdp);
    phone.send(invite);
    const first = await phone.next(status(603));
    phone.send(invite);
    const second = await phone.next(status(603));
    expect(toOf(second)).toBe(toOf(first));
    expect(calls).toBe(1);
  });

  it('is answered where the request came from', async () => {
    const phone = await newPhone();
    phone.send(phone.request('OPTIONS', { Via: 'SIP/2.0/UDP 203.0.113.9:5;branch=z9hG4bKnat' }));
    const answer = await phone.next(status(200, 'OPTIONS'));
    expect(headerValue(answer.headers, 'Via')).toContain(';received=127.0.0.1');
  });
});

describe('without the application', () => {
  it.each([
    ['OPTIONS', {}, 200],
    ['MESSAGE', {}, 405],
    ['REGISTER', {}, 405],
    ['FROBNICATE', {}, 501],
    ['BYE', {}, 481],
    ['INFO', { To: '<sip:a@b>;tag=nobody' }, 481],
    ['INVITE', { To: '<sip:a@b>;tag=nobody' }, 481],
    ['INVITE', { 'Max-Forwards': '0' }, 483],
    ['INVITE', { Require: '100rel, magic' }, 420],
    ['INVITE', { 'Content-Type': 'text/plain', 'Content-Length': '2' }, 415],
    ['INVITE', { 'Call-ID': null }, 400],
    ['OPTIONS', { CSeq: '1 INVITE' }, 400],
    ['OPTIONS', { 'Content-Length': '5' }, 400],
    ['CANCEL', {}, 481],
  ])('%s %j is answered with %i', async (name, changes, wanted) => {
    const phone = await newPhone();
    phone.send(phone.request(name, changes, name === 'INVITE' && 'Content-Type' in changes ? 'hi' : ''));
    const answer = await phone.next((message) => message.kind === 'response' && message.status >= 200);
    expect(answer).toMatchObject({ status: wanted });
    if (wanted === 420) expect(headerValue(answer.headers, 'Unsupported')).toBe('magic');
    if (wanted === 405 || wanted === 501) expect(headerValue(answer.headers, 'Allow')).toContain('INVITE');
  });

  it('answers the second copy of a forked request with 482', async () => {
    const phone = await newPhone();
    onInvite = (_, res) => res.send(180);
    phone.send(phone.request('INVITE', {}, localSdp));
    await phone.next(status(180));
    phone.send(phone.request('INVITE', {}, localSdp));
    await phone.next(status(482));
  });

  it('refuses a stream whose framing is lost, then closes it', async () => {
    const phone = await newPhone('tcp');
    phone.send(phone.request('OPTIONS', { 'Content-Length': '-1' }));
    await phone.next(status(400, 'OPTIONS'));
    await phone.closed;
  });

  it('reads messages that come in pieces, and several at once', async () => {
    const phone = await newPhone('tcp');
    const [first, second] = [phone.request('OPTIONS'), phone.request('OPTIONS', { 'Call-ID': 'other' })];
    const stream = `${first}\r\n\r\n${second}`;
    phone.send(stream.slice(0, 50));
    await new Promise((resolve) => setTimeout(resolve, 20));
    phone.send(stream.slice(50));
    await phone.next(status(200, 'OPTIONS'));
    await phone.next(status(200, 'OPTIONS'));
  });

  it('survives octets that are no SIP', async () => {
    const phone = await newPhone();
    for (const text of ['', '\r\n\r\n', '\0\0\0\0', 'SIP/2.0 200 OK\r\n\r\n', 'x'.repeat(60_000)])
      phone.send(text);
    phone.send(phone.request('OPTIONS'));
    await phone.next(status(200, 'OPTIONS'));
    expect(phone.heard.length).toBe(1);
  });
});

describe('in a dialog', () => {
  it('hands INFO and re-INVITE to the application and orders them', async () => {
    const phone = await newPhone();
    const { dialog, to } = await answeredCall(phone);
    acknowledge(phone, to);
    dialog.on('info', (_, res) => res.send(200));
    dialog.on('modify', (req, res) => res.send(200, { body: req.body }));
    phone.send(phone.request('INFO', { To: to, CSeq: '2 INFO' }));
    await phone.next(status(200, 'INFO'));
    phone.send(phone.request('INVITE', { To: to, CSeq: '3 INVITE' }, localSdp));
    await phone.next(
      (message) => status(200)(message) && headerValue(message.headers, 'CSeq') === '3 INVITE',
    );
    acknowledge(phone, to, 3);
    phone.send(phone.request('INFO', { To: to, CSeq: '1 INFO' }));
    await phone.next(status(500, 'INFO'));
    phone.send(phone.request('BYE', { To: to, CSeq: '4 BYE' }));
    await phone.next(status(200, 'BYE'));
  });

  it('follows the route set of the INVITE', async () => {
    const phone = await newPhone();
    const answered = new Promise<SrfDialog>((resolve) => {
      onInvite = (req, res) => void srf.createUAS(req, res, { localSdp }).then(resolve);
    });
    const route = `<sip:127.0.0.1:${phone.port};lr>`;
    const changes = {
      'Record-Route': `${route}, <sip:far.example.com;lr>`,
      Contact: '<sip:far@198.51.100.7>',
    };
    phone.send(phone.request('INVITE', changes, localSdp));
    const ok = await phone.next(status(200));
    expect(headerValues(ok.headers, 'Record-Route').join(', ')).toBe(changes['Record-Route']);
    acknowledge(phone, toOf(ok));
    void (await answered).destroy().catch(() => {});
    const bye = await phone.next(method('BYE'));
    expect(bye).toMatchObject({ uri: 'sip:far@198.51.100.7' });
    expect(headerValues(bye.headers, 'Route')).toEqual([route, '<sip:far.example.com;lr>']);
  });
});

describe('call control', () => {
  it('refuses a wrong secret and a place where nobody listens', async () => {
    const at = { host: server.controlHost, port: server.controlPort };
    const unreachable = { code: 'call_control_unreachable' };
    await expect(connectCallControl({ ...at, secret: 'wrong' })).rejects.toMatchObject(unreachable);
    await expect(connectCallControl({ ...at, port: 1, secret: '' })).rejects.toMatchObject(unreachable);
  });

  it('gets 408 where the other side stays silent', async () => {
    const phone = await newPhone();
    const call = srf.createUAC(`sip:100@127.0.0.1:${phone.port}`, { localSdp });
    await expect(call).rejects.toMatchObject({ status: 408 });
    // Seven on a timer that is never late (transaction.test.ts); here the last one has a T1 of 10 ms to spare.
    expect([6, 7]).toContain(phone.heard.filter(method('INVITE')).length);
  });

  it('has a CANCEL held back until a provisional answer came', async () => {
    const phone = await newPhone();
    const calling = new Promise<SrfRequest>((resolve) => {
      const progress = { cbRequest: (_: Error | null, req: SrfRequest) => resolve(req) };
      srf.createUAC(`sip:100@127.0.0.1:${phone.port}`, { localSdp }, progress).catch(() => {});
    });
    (await calling).cancel();
    const invite = await phone.next(method('INVITE'));
    await phone.next(method('INVITE'));
    expect(phone.heard.some(method('CANCEL'))).toBe(false);
    phone.send(phone.answer(invite, '180 Ringing'));
    const cancel = await phone.next(method('CANCEL'));
    for (const name of ['Via', 'From', 'To', 'Call-ID']) {
      expect(headerValue(cancel.headers, name)).toBe(headerValue(invite.headers, name));
    }
    phone.send(phone.answer(cancel, '200 OK'));
    phone.send(phone.answer(invite, '487 Request Terminated'));
    const ack = await phone.next(method('ACK'));
    expect(headerValue(ack.headers, 'Via')).toBe(headerValue(invite.headers, 'Via'));
  });

  it('answers a challenge, and repeats the credentials in the ACK', async () => {
    const phone = await newPhone();
    const auth = { username: 'desk', password: 'right' };
    const call = srf.createUAC(`sip:100@127.0.0.1:${phone.port}`, { localSdp, auth });
    const first = await phone.next(method('INVITE'));
    const challenge = '401 Unauthorized\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"';
    phone.send(phone.answer(first, challenge));
    await phone.next(method('ACK'));
    const second = await phone.next(
      (message) => method('INVITE')(message) && headerValue(message.headers, 'Authorization') !== null,
    );
    for (const name of ['From', 'Call-ID']) {
      expect(headerValue(second.headers, name)).toBe(headerValue(first.headers, name));
    }
    expect(headerValue(second.headers, 'CSeq')).toBe('2 INVITE');
    const contact = `200 OK\r\nContact: <sip:100@127.0.0.1:${phone.port}>`;
    const ok = phone.answer(second, contact).replace(/^(To: .*)$/m, '$1;tag=callee');
    phone.send(ok);
    const dialog = await call;
    const ack = await phone.next(method('ACK'));
    expect(headerValue(ack.headers, 'Authorization')).toBe(headerValue(second.headers, 'Authorization'));
    phone.send(ok);
    expect(await phone.next(method('ACK'))).toEqual(ack);
    void dialog.destroy();
    const bye = await phone.next(method('BYE'));
    expect(headerValue(bye.headers, 'CSeq')).toBe('3 BYE');
    phone.send(phone.answer(bye, '200 OK'));
  });

  it('gets 503 where there is no way to the other side', async () => {
    const call = srf.createUAC('sip:100@127.0.0.1:1;transport=tcp', { localSdp });
    await expect(call).rejects.toMatchObject({ status: 503 });
  });
});

describe('the server', () => {
  it('names the port that is in use', async () => {
    const options = { host: '127.0.0.1', port: server.port, log: silentLog };
    await expect(startSip(options)).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringContaining(String(server.port)),
    });
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const taken = { ...options, port: socket.address().port };
    await expect(startSip(taken)).rejects.toMatchObject({ code: 'port_in_use' });
    socket.close();
  });

  it('stops twice, hangs up what is left, and gives its port back', async () => {
    const own = await startSip({ host: '127.0.0.1', port: 0, log: silentLog, timers });
    const control = { host: own.controlHost, port: own.controlPort, secret: own.controlSecret };
    const app = await connectCallControl(control);
    const phone = await fakePhone({ serverPort: own.port });
    phones.push(phone);
    const answered = new Promise((resolve) => {
      app.invite((req, res) => void app.createUAS(req, res, { localSdp }).then(resolve));
    });
    const invite = phone.request('INVITE', {}, localSdp);
    await routeIsKnown();
    phone.send(invite);
    const ok = await phone.next(status(200));
    await answered;
    acknowledge(phone, toOf(ok));
    await new Promise((resolve) => setTimeout(resolve, 20));
    app.disconnect();
    await phone.next(method('BYE'));
    await Promise.all([own.stop(), own.stop()]);
    const again = await startSip({ host: '127.0.0.1', port: own.port, log: silentLog });
    await again.stop();
  });
});
