import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { errorCatalogue } from '../../engine/foundation/index.ts';
import { callerNumber, demoNumber } from '../caller/caller.ts';
import { EngineFailed, startEngineProcess } from '../caller/engine-process.ts';
import { openListeningCall } from '../caller/listening-call.ts';
import { missingFor, Scene } from '../caller/scene.ts';
import { CallRefused } from '../caller/sip-client.ts';

const needs = await missingFor({ caller: true });

/** A real disk of a few megabytes; null where this process may not mount one. */
function smallDisk(scene: Scene, name: string, bytes: number): string | null {
  const folder = join(scene.folder, name);
  mkdirSync(folder);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], {
    timeout: 5000,
  });
  if (mounted.status !== 0) return null;
  scene.after(() => spawnSync('umount', ['-l', folder], { timeout: 5000 }));
  return folder;
}

function mayMount(): boolean {
  const scene = new Scene();
  const disk = smallDisk(scene, 'probe', 1 << 20);
  void scene.end();
  return disk !== null;
}

const missing =
  needs ||
  (process.platform === 'linux' && mayMount() ? '' : ' (no small disk can be mounted: needs root on Linux)');

function fill(folder: string): string {
  const file = join(folder, 'filler');
  for (let bytes = 1 << 20; bytes >= 512; bytes >>= 1) {
    for (;;) {
      try {
        writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' });
      } catch {
        break;
      }
    }
  }
  return file;
}

describe.skipIf(missing)(`a full disk${missing}`, () => {
  const scene = new Scene();
  afterAll(() => scene.end());

  it('stops the start with words that help', async () => {
    const disk = smallDisk(scene, 'tiny', 1 << 20);
    if (disk === null) throw new Error('The disk could not be mounted');
    fill(disk);
    const start = startEngineProcess({ dataDir: join(disk, 'data') });
    const failure = await start.then(
      async (engine) => {
        await engine.stop();
        return null;
      },
      (error: unknown) => error,
    );
    if (!(failure instanceof EngineFailed)) throw new Error('The engine started on a full disk');
    expect(failure.exitCode).toBeGreaterThan(0);
    expect(failure.output).toContain(errorCatalogue.disk_full.help);
  });

  it('does not end the engine: a call is served or refused, and all is well once there is room', async () => {
    const disk = smallDisk(scene, 'small', 64 << 20);
    if (disk === null) throw new Error('The disk could not be mounted');
    const engine = await scene.engine({ dataDir: join(disk, 'data') });
    expect(engine.trouble).toBeNull();
    const target = `sip:${demoNumber}@${engine.sip.host}:${engine.sip.port}`;
    const ring = async (): Promise<number> => {
      try {
        const { call, endpoint } = await openListeningCall({ target, from: callerNumber });
        await sleep(1500);
        await call.hangUp();
        await endpoint.stop();
        return 200;
      } catch (error) {
        if (error instanceof CallRefused) return error.status;
        throw error;
      }
    };
    const filler = fill(disk);
    expect([200, 503]).toContain(await ring());
    expect(await engine.api.tenants()).toHaveLength(1);
    rmSync(filler);
    expect(await ring()).toBe(200);
    const detail = await engine.api.finishedCall();
    expect(detail.call).toMatchObject({ state: 'ended', callerNumber });
  });
});
