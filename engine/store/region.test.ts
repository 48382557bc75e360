import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';

let dataDir: string;
let box: Box;
let id: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-region-'));
  box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
  ({ id } = box.tenants.create({ name: 'Salon Zoë', timeZone: 'Europe/London' }));
});
afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('moves a tenant to another language and zone, for whoever has its store open too', () => {
  const store = box.tenant(id);
  const before = box.events.position();
  const region = { language: 'en-IN', timeZone: 'Asia/Kolkata' };
  expect(box.tenants.setRegion(id, region)).toMatchObject(region);
  expect(box.tenants.setRegion(id, { language: 'en-IN' })).toMatchObject(region);
  expect(store.timeZone).toBe('Asia/Kolkata');
  expect(box.events.since(before, 9)).toMatchObject([
    { type: 'tenant.region-changed', tenantId: id, ...region },
  ]);
  for (const wrong of [{ timeZone: 'Mars/Base' }, { language: 'not a tag' }]) {
    expect(() => box.tenants.setRegion(id, wrong)).toThrow(Object.keys(wrong)[0]);
  }
  expect(box.tenants.find(id)).toMatchObject(region);
});

it('lays out anew what calendars elsewhere keep busy when the zone changes, and only then', () => {
  const { calendarLinks } = box.tenant(id);
  const at = { name: 'Zoë', address: 'http://127.0.0.1/', user: 'zoe', password: 'p', calendar: 'c' };
  const rights = { staffId: null, readOnly: true, allowPrivate: true };
  calendarLinks.add({ id: 'link', ...at, ...rights, nextSyncAtMs: 0 });
  const expandedAtMs = 1;
  calendarLinks.note('link', { expandedAtMs });
  box.tenants.setRegion(id, { language: 'en-IE' });
  expect(calendarLinks.find('link')).toMatchObject({ expandedAtMs });
  box.tenants.setRegion(id, { timeZone: 'Europe/Dublin' });
  expect(calendarLinks.find('link')).toMatchObject({ expandedAtMs: null });
});
