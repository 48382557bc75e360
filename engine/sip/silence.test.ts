import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../foundation/index.ts';
import { fakeAuthority } from './fake-certificate.ts';
import { type FakeParty, fakeParty, fakeSdp, routesAreKnown } from './fake-line.ts';
import { type FakePhone, fakePhone } from './fake-phone.ts';
import { headerValue } from './message/headers.ts';
import type { SipMessage } from './message/model.ts';
import type { SipServerOptions } from './server.ts';
import { openTransport } from './transport/transport.ts';

let box: FakeParty;
let phone: FakePhone;

async function rig(options: Partial<SipServerOptions> = {}): Promise<void> {
  box = await fakeParty({ timers: { t1Ms: 5, t2Ms: 20, t4Ms: 25 }, ...options });
  phone = await fakePhone({ serverPort: box.server.port });
}
afterEach(async () => {
  phone.close();
  await box.stop();
});

const answer =
  (status: number) =>
  (message: SipMessage): boolean =>
    message.kind === 'response' && message.status === status;
const request =
  (method: string) =>
  (message: SipMessage): boolean =>
    message.kind === 'request' && message.method === method;

describe('a peer that falls silent', () => {
  it('and never acknowledges a reliable provisional gets 504, and the application a cancel', async () => {
    await rig();
    const cancelled = new Promise<void>((resolve) => {
      box.srf.invite((req, res) => {
        req.on('cancel', () => resolve());
        res.send(180, { headers: { Require: '100rel' } });
      });
    });
    await routesAreKnown();
    phone.send(phone.request('INVITE', { Supported: '100rel' }, fakeSdp(4002)));
    for (let i = 0; i < 3; i++) await phone.next(answer(180));
    await phone.next(answer(504));
    await cancelled;
  });

  it('and loses the answered call where the answer waited for the PRACK', async () => {
    await rig();
    const ended = new Promise<void>((resolve, reject) => {
      box.srf.invite((req, res) => {
        res.send(183, { body: fakeSdp(4000) });
        box.srf.createUAS(req, res, { localSdp: fakeSdp(4000) }).then((dialog) => {
          dialog.on('destroy', () => resolve());
        }, reject);
      });
    });
    await routesAreKnown();
    phone.send(phone.request('INVITE', { Require: '100rel' }, fakeSdp(4002)));
    const ringing = await phone.next(answer(183));
    expect(headerValue(ringing.headers, 'Require')).toBe('100rel');
    await phone.next(answer(504));
    expect(phone.heard.some(answer(200))).toBe(false);
    await ended;
  });

  it('and does not refresh its session is hung up on', async () => {
    await rig({ sessionExpiresS: 1, minSessionExpiresS: 1 });
    const reason = new Promise<string>((resolve) => {
      box.srf.invite((req, res) => {
        void box.srf.createUAS(req, res, { localSdp: fakeSdp(4000) }).then((dialog) => {
          dialog.on('destroy', (_, why) => resolve(why ?? ''));
        });
      });
    });
    await routesAreKnown();
    phone.send(phone.request('INVITE', { Supported: 'timer' }, fakeSdp(4002)));
    const ok = await phone.next(answer(200));
    expect(headerValue(ok.headers, 'Session-Expires')).toBe('1;refresher=uac');
    phone.send(phone.request('ACK', { To: headerValue(ok.headers, 'To'), CSeq: '1 ACK' }));
    const bye = await phone.next(request('BYE'));
    expect(headerValue(bye.headers, 'Reason')).toContain('Session timer expired');
    expect(await reason).toBe('Session timer expired');
  });

  it('gives its share of TLS connections back, also after a broken handshake', async () => {
    await rig();
    const authority = fakeAuthority();
    const transport = await openTransport({
      host: '127.0.0.1',
      port: 0,
      tls: { port: 0, ...authority.issue(['127.0.0.1']) },
      log: silentLog,
      onArrival: () => {},
      onLost: () => {},
      limits: { connectionsPerSource: 1 },
    });
    const port = transport.tlsPort ?? 0;
    for (let i = 0; i < 3; i++) {
      const broken = connectTcp(port, '127.0.0.1', () => broken.write('OPTIONS sip:a@b SIP/2.0\r\n\r\n'));
      broken.on('error', () => {});
      broken.resume();
      await new Promise((resolve) => broken.once('close', resolve));
      const socket = connectTls({ host: '127.0.0.1', port, ca: authority.cert });
      const pong = new Promise((resolve, reject) => {
        socket.once('data', resolve);
        socket.once('error', reject);
      });
      socket.write('\r\n\r\n');
      await pong;
      socket.destroy();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await transport.stop();
  });
});
