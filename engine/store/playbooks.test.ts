import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';
import type { TenantStore } from './tenant-store.ts';

let dataDir: string;
let box: Box;
let store: TenantStore;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-playbook-'));
  box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
  store = box.tenant(box.tenants.create({ name: 'Acme', timeZone: 'America/New_York' }).id);
});

afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('checks a playbook once, and a changed one anew', () => {
  const before = store.playbook();
  expect(store.playbook()).toBe(before);
  store.setPlaybook({ ...before, address: '5 Garden Place' });
  expect(store.playbook().address).toBe('5 Garden Place');
  expect(before.address).not.toBe('5 Garden Place');
  expect(store.playbook()).toBe(store.playbook());
});

it('keeps the old one where the new one is refused', () => {
  const before = store.playbook();
  expect(() => store.setPlaybook({ ...before, address: '' })).toThrow(/address/);
  expect(store.playbook()).toBe(before);
});
