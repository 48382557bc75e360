import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Phone, startBaresip } from './peers/baresip.ts';
import { drachtioServer, separateServer } from './peers/control-servers.ts';
import { GuardedBox, passwordOf } from './peers/guarded-box.ts';

const isAbsent = spawnSync('baresip', ['-h'], { stdio: 'ignore', timeout: 5000 }).error !== undefined;
const hz = { caller: 440, callee: 700 };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each([separateServer, drachtioServer])('the whole box', (server) => {
  const missing = isAbsent ? ' (baresip not installed)' : server.missing;

  describe.skipIf(missing)(`with ${server.name} for its signalling${missing}`, () => {
    let peer: Awaited<ReturnType<typeof server.start>>;
    let box: GuardedBox;
    const phones: Phone[] = [];
    const phone = async (user: string, tone: number): Promise<Phone> => {
      const address = `127.0.0.1:${peer.settings.sipPort}`;
      const started = await startBaresip({
        ...{ user, password: passwordOf(user), server: address, transport: 'udp', codec: 'PCMU', hz: tone },
      });
      phones.push(started);
      await started.registered();
      return started;
    };

    beforeAll(async () => {
      peer = await server.start();
      box = new GuardedBox({ withModels: false, settings: peer.settings });
      await box.start();
    }, 60_000);
    afterAll(async () => {
      for (const each of phones) await each.stop();
      await box?.end();
      await peer?.stop();
    });

    it('phones register, hear their echo, and ring each other', async () => {
      const [first, second] = [await phone('101', hz.caller), await phone('102', hz.callee)];
      const address = `127.0.0.1:${peer.settings.sipPort}`;
      await first.dial(`sip:echo@${address}`);
      await pause(1500);
      await first.hangUp();
      await first.ended();
      expect(first.heardMs(hz.caller)).toBeGreaterThan(700);
      const taken = second.accept();
      await first.dial(`sip:102@${address}`);
      await taken;
      await pause(1500);
      await second.hangUp();
      await first.ended();
      expect(first.heardMs(hz.callee)).toBeGreaterThan(700);
      expect(second.heardMs(hz.caller)).toBeGreaterThan(700);
      const [call] = await box.api.calls();
      expect(call).toMatchObject({ direction: 'outbound', outcome: 'answered', state: 'ended' });
    });
  });
});
