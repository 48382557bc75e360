import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds, VoxboxError } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';

const salon = { name: 'Salon Zoe', timeZone: 'Europe/London', numbers: [{ number: '+442079460000' }] };

let dataDir: string;
let box: Box;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-new-tenant-'));
  box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
});

afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('a new tenant', () => {
  it('comes with what belongs to it, or not at all', () => {
    const told: string[] = [];
    box.onEvent(({ type }) => told.push(type));
    const filesBefore = readdirSync(join(dataDir, 'tenants')).length;
    const invite = (tenantId: string) =>
      box.links.add({
        ...{ kind: 'invitation', email: 'zoe@example.com', tenantId, tenantRole: 'owner' },
        ...{ tokenHash: Buffer.from('token'), lastsMs: 1000 },
      });
    const refused = () =>
      box.tenants.create(salon, ({ id }) => {
        invite(id);
        throw new VoxboxError('input_invalid', 'refused');
      });
    expect(refused).toThrow('refused');
    expect(box.tenants.list()).toEqual([]);
    expect(box.links.find(Buffer.from('token'))).toBeNull();
    expect(box.numbers.find('+442079460000')).toBeNull();
    expect(readdirSync(join(dataDir, 'tenants'))).toHaveLength(filesBefore);
    expect(told).toEqual([]);

    const { id } = box.tenants.create(salon, (tenant) => void invite(tenant.id));
    expect(box.links.invitations(id)).toMatchObject([{ email: 'zoe@example.com', tenantRole: 'owner' }]);
    expect(told).toContain('invitation.changed');
  });
});

describe('the slug of a business', () => {
  it('is that of its name, with a number where a business of that name is there; one that was given is taken or refused', () => {
    const branch = { name: 'Pizza Roma', timeZone: 'Europe/Rome' };
    const slugs = [1, 2, 3].map(() => box.tenants.create(branch).slug);
    expect(slugs).toEqual(['pizza-roma', 'pizza-roma-2', 'pizza-roma-3']);
    const long = { ...branch, name: 'x'.repeat(120) };
    expect([1, 2].map(() => box.tenants.create(long).slug.length)).toEqual([60, 58]);
    expect(() => box.tenants.create({ ...branch, slug: 'pizza-roma-2' })).toThrow('is taken');
  });
});

describe('the slug of a brand', () => {
  it('is free, and stays what it first was', () => {
    const user = (name: string): string =>
      box.users.add({ email: `${name}@example.com`, name, boxRole: 'reseller', passwordHash: null }).id;
    const [rita, ron] = [user('rita'), user('ron')];
    box.resellers.setBranding(rita, { name: 'Ring Ring!', accent: null });
    box.resellers.setBranding(ron, { name: 'ring ring', accent: null });
    expect([box.resellers.ofSlug('ring-ring'), box.resellers.ofSlug('ring-ring-2')]).toEqual([rita, ron]);
    box.resellers.setBranding(rita, { name: 'Other', accent: '#0f5f5c' });
    expect(box.resellers.branding(rita)).toEqual({ name: 'Other', accent: '#0f5f5c', slug: 'ring-ring' });
    expect(box.resellers.ofSlug('other')).toBeNull();
  });
});
