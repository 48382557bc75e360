import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { fakeAuthority } from './fake-certificate.ts';
import { type FakeParty, fakeParty, fakeSdp, routesAreKnown } from './fake-line.ts';
import type { SipServerOptions } from './server.ts';
import type { SrfDialog, SrfRejection } from './srf.ts';
import type { SipTrace } from './watch.ts';

const authority = fakeAuthority();
const good = authority.issue(['localhost', '127.0.0.1']);
const parties: FakeParty[] = [];

async function party(options: Partial<SipServerOptions>): Promise<FakeParty> {
  const made = await fakeParty(options);
  parties.push(made);
  return made;
}

afterEach(async () => {
  for (const made of parties.splice(0)) await made.stop();
});

/** A callee that answers every call, and what it saw. */
async function callee(certificate = good): Promise<FakeParty & { readonly seen: SipTrace[]; uri: string }> {
  const seen: SipTrace[] = [];
  const made = await party({ tls: { port: 0, ...certificate }, onTrace: (entry) => seen.push(entry) });
  made.srf.invite(
    (req, res) => void made.srf.createUAS(req, res, { localSdp: fakeSdp(4000) }).catch(() => {}),
  );
  await routesAreKnown();
  return { ...made, seen, uri: `sip:100@127.0.0.1:${made.server.tlsPort};transport=tls` };
}

const trust = { ca: authority.cert, verify: true };

describe('a call over TLS', () => {
  it.each(['sip', 'sips'])('is placed, acknowledged and ended on one connection (%s)', async (scheme) => {
    const far = await callee();
    const near = await party({ tlsTrust: trust, tls: { port: 0, ...good } });
    const uri = scheme === 'sips' ? `sips:100@127.0.0.1:${far.server.tlsPort}` : far.uri;
    const dialog: SrfDialog = await near.srf.createUAC(uri, { localSdp: fakeSdp(4002) });
    await dialog.destroy();
    expect(new Set(far.seen.map(({ transport, peer }) => `${transport} ${peer}`)).size).toBe(1);
    expect(far.seen[0]).toMatchObject({ transport: 'tls', direction: 'in' });
    const contact = /^Contact: (.*)$/m.exec(far.seen[0]?.text ?? '')?.[1];
    const own = `127.0.0.1:${near.server.tlsPort}`;
    expect(contact?.trim()).toBe(scheme === 'sips' ? `<sips:${own}>` : `<sip:${own};transport=tls>`);
  });

  it('is placed and ended over IPv6, with the address checked', async () => {
    const seen: SipTrace[] = [];
    const tls = { port: 0, ...authority.issue(['::1']) };
    const far = await party({ host: '::1', tls, onTrace: (entry) => seen.push(entry) });
    far.srf.invite((req, res) => void far.srf.createUAS(req, res, { localSdp: fakeSdp(4000) }));
    await routesAreKnown();
    const near = await party({ host: '::1', tlsTrust: trust });
    const uri = `sip:100@[::1]:${far.server.tlsPort};transport=tls`;
    const dialog = await near.srf.createUAC(uri, { localSdp: fakeSdp(4002) });
    expect(dialog.remote.uri).toBe(`sip:[::1]:${far.server.tlsPort};transport=tls`);
    await dialog.destroy();
    expect(new Set(seen.map(({ transport, local }) => `${transport} ${local}`))).toEqual(
      new Set([`tls [::1]:${far.server.tlsPort}`]),
    );
    const other = await party({ host: '::1', tls: { port: 0, ...good } });
    const refused = near.srf.createUAC(`sip:100@[::1]:${other.server.tlsPort};transport=tls`, {
      localSdp: fakeSdp(4002),
    });
    await expect(refused).rejects.toMatchObject({
      status: 503,
      reason: 'No Way To Destination (ERR_TLS_CERT_ALTNAME_INVALID)',
    });
  });

  it('checks the name that was dialled, not the address behind it', async () => {
    const far = await callee();
    const near = await party({ tlsTrust: trust });
    const dialog = await near.srf.createUAC(`sip:100@localhost:${far.server.tlsPort};transport=tls`, {
      localSdp: fakeSdp(4002),
    });
    await dialog.destroy();
  });

  it.each([
    ['an expired certificate', ['127.0.0.1'], { fromMs: 0, untilMs: 86_400_000 }, trust, 'CERT_HAS_EXPIRED'],
    ['another name', ['pbx.example.com'], undefined, trust, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['an unknown issuer', ['127.0.0.1'], undefined, { verify: true }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ])('says so of %s', async (_, names, validity, tlsTrust, code) => {
    const far = await callee(authority.issue(names, validity));
    const near = await party({ tlsTrust });
    const failed = await near.srf.createUAC(far.uri, { localSdp: fakeSdp(4002) }).then(
      () => null,
      (error: SrfRejection) => error,
    );
    expect(failed?.status).toBe(503);
    expect(failed?.reason).toBe(`No Way To Destination (${code})`);
    expect(failed?.res?.get('Warning')).toContain(`"${code}: `);
    expect(far.seen).toEqual([]);
  });

  it('takes any certificate where that is asked for', async () => {
    const far = await callee(authority.issue(['pbx.example.com'], { fromMs: 0, untilMs: 86_400_000 }));
    const near = await party({ tlsTrust: { verify: false } });
    const dialog = await near.srf.createUAC(far.uri, { localSdp: fakeSdp(4002) });
    await dialog.destroy();
  });

  it('answers a keep-alive, and shows its certificate', async () => {
    const far = await callee();
    const socket = connectTls({ host: '127.0.0.1', port: far.server.tlsPort ?? 0, ca: authority.cert });
    const pong = new Promise((resolve) => socket.once('data', (octets) => resolve(octets.toString())));
    socket.write('\r\n\r\n');
    expect(await pong).toBe('\r\n');
    expect(socket.getPeerCertificate().subjectaltname).toBe('DNS:localhost, IP Address:127.0.0.1');
    socket.destroy();
  });
});
