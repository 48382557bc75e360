import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';
import type { Tenant } from './model.ts';

let root: string;
let home: Box;
let abroad: Box;
let tenant: Tenant;
let file: string;
const passphrase = 'a long way from home';
const call = '5e0c9b1e-0000-4000-8000-000000000001';
const number = '+12025550101';

const open = (name: string): Box =>
  openBox({ dataDir: join(root, name), clock: systemClock, ids: systemIds, log: silentLog });
const recording = (box: string) => join(root, box, 'recordings', tenant.id, `${call}.wav`);
const write = (box: Box, to = file): Promise<void> =>
  pipeline(box.tenants.archive(tenant.id, passphrase), createWriteStream(to));
const left = (box: string): string[] => readdirSync(join(root, box, 'tenants'));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'voxbox-archive-'));
  file = join(root, 'salon.voxbox');
  home = open('home');
  abroad = open('abroad');
  tenant = home.tenants.create({ name: 'Salon Zoë', timeZone: 'Europe/London', numbers: [{ number }] });
  const { id: tenantId } = tenant;
  home.phones.add({ tenantId, username: 'desk', ha1: 'a'.repeat(32), label: 'Desk', extension: '101' });
  const group = home.ringGroups.add({ tenantId, name: 'All', members: ['desk'] });
  home.overflow.set(tenantId, { kind: 'ring-group', ringGroupId: group.id, retryAfterS: 60 });
  home.providers.save(tenantId, 'llm', [
    { provider: 'openai', baseUrl: 'https://words.example', key: 'secret of the service' },
  ]);
  mkdirSync(join(root, 'home', 'recordings', tenantId), { recursive: true });
  writeFileSync(recording('home'), Buffer.alloc(200_000, 7));
});

afterEach(() => {
  home.close();
  abroad.close();
  rmSync(root, { recursive: true, force: true });
});

describe('a business in one file', () => {
  it('moves to another box with everything that is its own, and back once it was removed', async () => {
    const { id } = tenant;
    home.tenant(id).doNotCall.add('+12025550177', null);
    await write(home);
    const bytes = readFileSync(file);
    for (const word of ['Salon', 'desk', number, 'secret of the service'])
      expect(bytes.includes(word)).toBe(false);
    expect(left('home')).toEqual([`${id}.db`, `${id}.db-shm`, `${id}.db-wal`]);

    expect(await abroad.tenants.restore(file, passphrase)).toEqual(tenant);
    expect(left('abroad').filter((name) => !name.startsWith(id))).toEqual([]);
    for (const box of [home, abroad]) {
      expect(box.tenants.find(id)).toEqual(tenant);
      expect(box.numbers.list(id)).toMatchObject([{ number, active: true }]);
      expect(box.phones.list(id)).toMatchObject([{ username: 'desk', extension: '101' }]);
      const [group] = box.ringGroups.list(id);
      expect(box.overflow.get(id)).toMatchObject({ kind: 'ring-group', ringGroupId: group?.id });
      const [place] = box.providers.list(id, 'llm');
      expect(place).toMatchObject({ provider: 'openai', hasKey: true });
      expect(box.providers.key(place?.id ?? '')).toBe('secret of the service');
      expect(box.tenant(id).doNotCall.list()).toMatchObject([{ number: '+12025550177' }]);
      expect(box.tenant(id).agent.live()).toEqual(home.tenant(id).agent.live());
    }
    expect(readFileSync(recording('abroad'))).toEqual(readFileSync(recording('home')));

    await expect(home.tenants.restore(file, passphrase)).rejects.toMatchObject({ code: 'tenant_exists' });
    await home.tenants.remove(id);
    await home.tenants.restore(file, passphrase);
    expect(home.tenant(id).doNotCall.list()).toHaveLength(1);
  });

  it('is taken while it is at work', async () => {
    const store = home.tenant(tenant.id);
    const pieces = home.tenants.archive(tenant.id, passphrase);
    // The first piece comes once the file was copied.
    const first = await pieces.next();
    store.doNotCall.add('+12025550177', null);
    await pipeline(async function* () {
      yield first.value;
      yield* pieces;
    }, createWriteStream(file));
    await abroad.tenants.restore(file, passphrase);
    expect(abroad.tenant(tenant.id).doNotCall.list()).toEqual([]);
    expect(store.doNotCall.list()).toHaveLength(1);
  });

  it('is refused, and leaves nothing, where it is not whole or not sealed with that passphrase', async () => {
    await write(home);
    const whole = readFileSync(file);
    const flipped = Buffer.from(whole);
    flipped[whole.length - 100] = (flipped[whole.length - 100] ?? 0) ^ 1;
    const damaged = [
      flipped,
      whole.subarray(0, -1),
      whole.subarray(0, 60),
      whole.subarray(0, 5),
      Buffer.alloc(0),
    ];
    for (const bytes of damaged) {
      writeFileSync(file, bytes);
      await expect(abroad.tenants.restore(file, passphrase)).rejects.toMatchObject({
        code: 'archive_unreadable',
      });
    }
    writeFileSync(file, whole);
    for (const [path, word] of [
      [file, 'another passphrase'],
      [join(root, 'none.voxbox'), passphrase],
    ] as const) {
      await expect(abroad.tenants.restore(path, word)).rejects.toMatchObject({ code: 'archive_unreadable' });
    }
    expect([left('abroad'), abroad.tenants.list()]).toEqual([[], []]);
  });

  it('is refused whole where the other box has something of the same name', async () => {
    await write(home);
    const other = abroad.tenants.create({ name: 'Other', timeZone: 'Europe/London', numbers: [{ number }] });
    await expect(abroad.tenants.restore(file, passphrase)).rejects.toMatchObject({
      ...{ code: 'tenant_exists', message: expect.stringContaining('numbers.number') },
    });
    expect(left('abroad').filter((name) => !name.startsWith(other.id))).toEqual([]);
    expect(abroad.phones.list()).toEqual([]);
    abroad.numbers.remove(number);
    await abroad.tenants.restore(file, passphrase);
    expect(abroad.tenants.list()).toHaveLength(2);
  });

  it('leaves no copy where an engine died meanwhile', () => {
    abroad.close();
    mkdirSync(join(root, 'abroad', 'tenants', 'x.copy'));
    writeFileSync(join(root, 'abroad', 'tenants', 'y.copy'), '');
    abroad = open('abroad');
    expect(left('abroad')).toEqual([]);
  });
});
