import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { methods, paths } from '../../engine/api/contract/index.ts';
import { demoNumber } from '../caller/caller.ts';
import { type Phone, startBaresip } from './peers/baresip.ts';
import { makeCertificate } from './peers/certificate.ts';
import { boxHost, GuardedBox, passwordOf } from './peers/guarded-box.ts';
import { type Kamailio, kamailioHasTls, startKamailio } from './peers/kamailio.ts';
import { freePort } from './peers/program.ts';

const absent = ['kamailio', 'baresip'].filter(
  (name) => spawnSync(name, ['-h'], { stdio: 'ignore', timeout: 5000 }).error,
);
if (!kamailioHasTls()) absent.push('kamailio-tls-modules');
const missing = absent.length === 0 ? '' : ` (${absent.join(' and ')} not installed)`;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Somebody outside, whose telephone is at Kamailio. */
const outsideNumber = '+12125550147';
const users = { line: 'line-secret', [outsideNumber]: 'outside-secret' };
const [deskTone, outsideTone] = [440, 1000];

/** The engine's only trunk, as the screens show it. */
async function lineOf(box: GuardedBox) {
  const response = await box.api.request(paths['line.list']);
  return methods['line.list'].answer.parse(await response.json()).lines[0];
}

/** A trunk that registers; who rings it reaches the phone of the desk, since there are no models. */
function prepare(box: GuardedBox, trunk: { readonly transport: 'tcp' | 'tls'; readonly port: number }): void {
  box.change(({ trunks, tenants, ringGroups, overflow }) => {
    trunks.add({
      ...{ kind: 'registration', name: 'carrier', host: boxHost, ...trunk, codecs: ['PCMA'] },
      ...{ authUsername: 'line', password: users.line, callerId: demoNumber },
      // Keys belong on an encrypted connection.
      srtp: trunk.transport === 'tls' ? 'required' : 'off',
    });
    const tenantId = tenants.list()[0]?.id ?? '';
    const { id } = ringGroups.add({ tenantId, name: 'Desk', members: ['101'] });
    overflow.set(tenantId, { kind: 'ring-group', ringGroupId: id, retryAfterS: 60 });
  });
}

describe.skipIf(missing)(`a trunk of the engine at Kamailio${missing}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-trunk-'));
  const { caFile, ...files } = makeCertificate(folder);
  const certificate = { keyFile: files.keyFile, certFile: files.certFile };
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.each(['tcp', 'tls'] as const)('over %s', (transport) => {
    let ports: { readonly plain: number; readonly tls: number };
    let kamailio: Kamailio;
    let box: GuardedBox;
    let desk: Phone;
    let outside: Phone;

    const start = () =>
      startKamailio({
        ...{ port: ports.plain, tls: { port: ports.tls, ...certificate }, mode: 'proxy', users },
        ...{ challengeCalls: true, maxExpiresS: 5 },
      });
    const isRegistered = () =>
      expect.poll(async () => await lineOf(box), { timeout: 20_000 }).toMatchObject({ status: 'registered' });

    /** One of the two rings the other: they talk, and each hears the other. */
    const talk = async (from: Phone, uri: string, to: Phone): Promise<void> => {
      const before = [desk.heardMs(outsideTone), outside.heardMs(deskTone)] as const;
      await Promise.all([from.dial(uri), to.accept()]);
      await pause(1800);
      await from.hangUp();
      await to.ended();
      expect(desk.heardMs(outsideTone) - before[0], 'the desk hears who is outside').toBeGreaterThan(800);
      expect(outside.heardMs(deskTone) - before[1], 'who is outside hears the desk').toBeGreaterThan(800);
      await vi.waitFor(async () => expect((await lineOf(box))?.callsNow).toBe(0));
    };

    beforeAll(async () => {
      ports = { plain: await freePort(), tls: await freePort() };
      kamailio = await start();
      box = new GuardedBox({ withModels: false, caFile });
      prepare(box, { transport, port: transport === 'tls' ? ports.tls : ports.plain });
      await box.start();
      const common = { transport: 'udp', codec: 'PCMA' } as const;
      desk = await startBaresip({
        ...{ ...common, user: '101', password: passwordOf('101'), hz: deskTone },
        server: `${boxHost}:${box.target.port}`,
      });
      outside = await startBaresip({
        ...{ ...common, user: outsideNumber, password: users[outsideNumber], hz: outsideTone },
        ...{ server: `${boxHost}:${ports.plain}`, srtp: transport === 'tls' ? 'required' : 'off' },
      });
      await Promise.all([desk.registered(), outside.registered()]);
    });
    afterAll(async () => {
      await Promise.all([desk?.stop(), outside?.stop()]);
      await box?.end();
      await kamailio?.stop();
    });

    it('registers, with its password and over the connection it was told', async () => {
      await isRegistered();
      expect(kamailio.program.output).toMatch(new RegExp(`register line <sip:line-.*transport=${transport}`));
    });

    it('carries a call from the desk to a number outside, both hear', async () => {
      await talk(desk, `sip:2125550147@${boxHost}:${box.target.port}`, outside);
      expect(kamailio.program.output).toContain(`relay INVITE ${demoNumber} to sip:${outsideNumber}`);
    });

    it('carries a call from outside to the desk, both hear', async () => {
      await talk(outside, `sip:line@${boxHost}:${ports.plain}`, desk);
      const [call] = await box.api.calls();
      expect(call).toMatchObject({ direction: 'inbound', calledNumber: demoNumber });
    });

    it('is registered again after a restart of Kamailio, and carries calls again', async () => {
      await kamailio.program.stop('SIGKILL');
      await kamailio.stop();
      await expect.poll(async () => (await lineOf(box))?.status, { timeout: 20_000 }).toBe('unreachable');
      kamailio = await start();
      await isRegistered();
      await talk(outside, `sip:line@${boxHost}:${ports.plain}`, desk);
    });
  });

  it('sends no password to a Kamailio whose certificate it does not trust, and says so', async () => {
    const ports = { plain: await freePort(), tls: await freePort() };
    const kamailio = await startKamailio({
      ...{ port: ports.plain, tls: { port: ports.tls, ...certificate }, mode: 'proxy', users },
    });
    const box = new GuardedBox({ withModels: false });
    try {
      prepare(box, { transport: 'tls', port: ports.tls });
      await box.start();
      await expect.poll(async () => (await lineOf(box))?.status).toBe('unreachable');
      expect((await lineOf(box))?.reason).toBe(
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE: the certificate comes from an issuer that is not trusted here',
      );
      expect(kamailio.program.output).not.toContain('register line');
    } finally {
      await box.end();
      await kamailio.stop();
    }
  });
});
