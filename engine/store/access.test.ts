import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasCode, type StoredEvent, silentLog, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';
import { sessionLimits } from './sessions.ts';

let dataDir: string;
let box: Box;
let heard: string[];
const clock = { atMs: 1_800_000_000_000, nowMs: () => clock.atMs, monotonicMs: () => clock.atMs };

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-access-store-'));
  box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
  heard = [];
  box.onEvent(({ type }: StoredEvent) => heard.push(type));
});
afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const add = (email: string, boxRole: 'owner' | 'technician' | null = null) =>
  box.users.add({ email, name: ` ${email} `, boxRole, passwordHash: null });
const codeOf = (work: () => unknown, code: Parameters<typeof hasCode>[1]): boolean => {
  try {
    work();
    return false;
  } catch (error) {
    return hasCode(error, code);
  }
};

describe('users', () => {
  it('are known by their address, however it is written', () => {
    const ann = add(' Ann@Example.com ');
    expect(ann).toMatchObject({ email: 'ann@example.com', name: 'Ann@Example.com', hasPassword: false });
    expect(box.users.findByEmail('ANN@example.com')).toEqual(ann);
    expect(codeOf(() => add('ann@EXAMPLE.com'), 'user_exists')).toBe(true);
    for (const email of ['ann', '@example.com', 'a b@example.com', '<ann@example.com>']) {
      expect([email, codeOf(() => add(email), 'input_invalid')]).toEqual([email, true]);
    }
    expect(heard).toEqual(['user.added']);
  });

  it('leave the box with an owner', () => {
    const [first, second] = [add('a@example.com', 'owner'), add('b@example.com', 'owner')];
    expect(box.users.owner()).toEqual(first);
    box.users.change(first.id, { boxRole: null });
    expect(codeOf(() => box.users.change(second.id, { boxRole: 'technician' }), 'last_owner')).toBe(true);
    expect(codeOf(() => box.users.remove(second.id), 'last_owner')).toBe(true);
    expect(box.users.change(second.id, { name: 'B' }).boxRole).toBe('owner');
  });

  it('keep their secrets sealed, and take each code once', () => {
    const { id } = add('ann@example.com');
    const secret = Buffer.from('a secret of twenty by');
    box.users.setTotp(id, { secret, recovery: [Buffer.from('one'), Buffer.from('two')] });
    expect(box.users.totp(id)).toEqual({ secret, lastStep: 0 });
    expect([box.users.takeStep(id, 7), box.users.takeStep(id, 7), box.users.takeStep(id, 6)]).toEqual([
      ...[true, false, false],
    ]);
    const take = (code: string) => box.users.takeRecoveryCode(id, Buffer.from(code));
    expect([take('two'), take('two'), take('three')]).toEqual([true, false, false]);
    box.users.setTotp(id, null);
    expect([box.users.totp(id), take('one')]).toEqual([null, false]);
    expect(readFileSync(join(dataDir, 'box.db')).includes(secret)).toBe(false);
  });

  it('take their sessions and memberships with them', () => {
    const tenantId = box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' }).id;
    const { id } = add('ann@example.com');
    box.memberships.set({ tenantId, userId: id, role: 'member' });
    const tokenHash = Buffer.from('t');
    box.sessions.begin({ userId: id, tokenHash, address: '::1', userAgent: '' });
    box.users.remove(id);
    expect([box.memberships.ofTenant(tenantId), box.sessions.find(tokenHash)]).toEqual([[], null]);
  });
});

describe('memberships', () => {
  it('leave a business that had an owner with one', () => {
    const tenantId = box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' }).id;
    const [ann, bob] = [add('ann@example.com').id, add('bob@example.com').id];
    box.memberships.set({ tenantId, userId: ann, role: 'owner' });
    box.memberships.set({ tenantId, userId: bob, role: 'admin' });
    expect(codeOf(() => box.memberships.remove(tenantId, ann), 'last_owner')).toBe(true);
    box.memberships.set({ tenantId, userId: bob, role: 'owner' });
    box.memberships.remove(tenantId, ann);
    expect(box.memberships.ofTenant(tenantId)).toEqual([{ tenantId, userId: bob, role: 'owner' }]);
    expect(codeOf(() => box.memberships.remove(tenantId, ann), 'not_found')).toBe(true);
  });
});

describe('sessions', () => {
  it('end when they are idle or old, and are forgotten then', () => {
    const userId = add('ann@example.com').id;
    const begin = (token: string) =>
      box.sessions.begin({
        userId,
        tokenHash: Buffer.from(token),
        address: '::1',
        userAgent: 'x'.repeat(999),
      });
    const { id, userAgent } = begin('a');
    expect(userAgent).toHaveLength(200);
    clock.atMs += sessionLimits.idleMs - 1;
    expect(box.sessions.find(Buffer.from('a'))?.id).toBe(id);
    box.sessions.touch(id);
    clock.atMs += sessionLimits.idleMs;
    expect(box.sessions.find(Buffer.from('a'))).toBeNull();
    begin('b');
    expect(box.sessions.ofUser(userId)).toHaveLength(1);
    box.sessions.touch(id);
    clock.atMs -= 1;
    expect(box.sessions.find(Buffer.from('a'))).toBeNull();
  });
});

describe('links', () => {
  it('are good once and until their time', () => {
    const add = (token: string, email: string | null) =>
      box.links.add({ kind: 'invitation', tokenHash: Buffer.from(token), email, lastsMs: 1000 });
    const link = add('a', 'ann@example.com');
    expect(box.links.invitations(null)).toEqual([link]);
    expect(box.links.find(Buffer.from('a'))).toEqual(link);
    expect([box.links.take(link.id), box.links.take(link.id)]).toEqual([true, false]);
    add('b', null);
    clock.atMs += 1000;
    expect([box.links.find(Buffer.from('b')), box.links.invitations(null)]).toEqual([null, []]);
  });
});
