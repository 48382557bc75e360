import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, type FakeBusiness, fakeBusiness, fakeOwner, startApi } from '../api/index.ts';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { fakeEmbed } from '../knowledge/index.ts';
import { type Box, openBox } from '../store/index.ts';
import { fakeCli } from './fake-cli.ts';

/** Two copies of one box: an engine runs on the one, and none on the other. */
const root = mkdtempSync(join(tmpdir(), 'voxbox-cli-desk-'));
const [withEngine, alone] = [join(root, 'with-engine'), join(root, 'alone')];
let box: Box;
let api: Api;
let salon: FakeBusiness;

const open = (): Box => openBox({ dataDir: withEngine, clock: systemClock, ids: systemIds, log: silentLog });

beforeAll(async () => {
  const seeded = open();
  salon = await fakeBusiness('Salon', 1, {
    ...{ box: seeded, clock: systemClock, ids: systemIds, embed: fakeEmbed },
  });
  seeded.close();
  cpSync(withEngine, alone, { recursive: true });
  box = open();
  api = await startApi({
    ...{ host: '127.0.0.1', port: 0, box, dataDir: withEngine, log: silentLog, embed: fakeEmbed },
    live: { list: () => [], on: () => () => {} },
    whoIs: fakeOwner,
    health: () => ({ status: 'ready' }),
  });
  box.announce({ host: '127.0.0.1', port: api.port });
});

afterAll(async () => {
  await api.stop();
  box.close();
  rmSync(root, { recursive: true, force: true });
});

const run = (dataDir: string, argv: readonly string[]) => fakeCli([...argv, '--data', dataDir]);

/** The same command on both; what it said, which has to be the same. Times of this moment are left out. */
async function both(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [one, other] = [await run(withEngine, argv), await run(alone, argv)];
  const timeless = (text: string): string =>
    text.replace(/"(changed|created|indexed)AtMs": \d+/g, '"$1AtMs": 0');
  expect({ ...one, out: timeless(one.out) }).toEqual({ ...other, out: timeless(other.out) });
  return one;
}

const file = (name: string, content: string): string => {
  writeFileSync(join(root, name), content);
  return join(root, name);
};

describe('with an engine that runs, as without', () => {
  it('appointments are moved, approved and cancelled', async () => {
    expect((await both('appointments', 'move', salon.appointmentId, '2098-06-03 09:00')).out).toContain(
      '09:00 EDT',
    );
    expect((await both('appointments', 'approve', salon.draftId, '--json')).out).toContain(
      '"status": "booked"',
    );
    expect((await both('appointments', 'decline', salon.draftId)).err).toContain('booked already');
    expect((await both('appointments', 'cancel', salon.draftId)).out).toContain('cancelled');
    expect((await both('appointments', 'move', salon.appointmentId, 'soon')).code).toBe(1);
    expect((await both('appointments', 'cancel', 'none')).err).toContain('there is no appointment none');
    expect((await both('appointments', 'list')).out).toContain('2098-06-03 09:00');
  });

  it('holidays come and go', async () => {
    expect((await both('holidays', 'add', '2098-12-24', '--hours', '9:00-12:00')).code).toBe(0);
    expect((await both('holidays', 'list', '--json')).out).toContain('2098-12-24');
    expect((await both('holidays', 'add', '2098-13-01')).code).toBe(1);
    expect((await both('holidays', 'remove', '2098-12-24')).out).toBe('Removed 2098-12-24.\n');
    expect((await both('holidays', 'remove', '2098-12-24')).err).toContain('no holiday');
  });

  it('knowledge is taken, shown and forgotten', async () => {
    const known = file('Salon.csv', 'Service,Price\nSalon cut,$40\nSalon colour,$90\n');
    // It is known already, so no model has to be there for it.
    expect((await both('knowledge', 'add', known)).out).toBe('reading\nKnows Salon.csv: 2 passages.\n');
    expect((await both('knowledge', 'add', known, '--json')).out).toContain('"passages": 2');
    expect((await both('knowledge', 'add', file('broken.pdf', 'no PDF'))).err).toContain('broken.pdf');
    expect((await both('knowledge', 'add', 'http://127.0.0.1:1/')).code).toBe(1);
    expect((await both('knowledge', 'dismiss', salon.questionId)).out).toContain('weddings');
    expect((await both('knowledge', 'unanswered')).out).not.toContain('weddings');
    expect((await both('knowledge', 'answer', 'none', 'Yes.')).err).toContain('there is no question none');
    expect((await both('knowledge', 'remove', salon.sourceId)).out).toBe(`Removed ${salon.sourceId}.\n`);
    expect((await both('knowledge', 'remove', salon.sourceId)).err).toContain('there is no source');
  });

  it('the playbook is checked and set', async () => {
    const { out } = await both('playbook', 'show');
    const good = file('good.json', JSON.stringify({ ...JSON.parse(out), address: '12 Main Street' }));
    const bad = file('bad.json', JSON.stringify({ ...JSON.parse(out), address: 7 }));
    expect(await both('playbook', 'check', good)).toMatchObject({ code: 0 });
    expect(await both('playbook', 'check', bad)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^address: /),
    });
    expect((await both('playbook', 'set', good)).out).toMatch(/^Skills now: /);
    expect((await both('playbook', 'set', bad)).err).toContain('address');
    expect((await both('playbook', 'show')).out).toContain('12 Main Street');
  });

  it('the inbox is worked through', async () => {
    expect((await both('inbox', 'done', salon.submissionId)).out).toBe('Message for Salon is done.\n');
    expect((await both('inbox', 'list')).out).toMatch(/Message for Salon .*done/);
    expect((await both('inbox', 'reopen', salon.submissionId, '--json')).out).toContain('"status": "open"');
    expect((await both('inbox', 'done', 'none')).err).toContain('there is no message or order none');
  });

  it('callers are forgotten, and remembered only where they and the business want it', async () => {
    expect((await both('callers', 'show', salon.caller)).out).toContain('Salon Caller');
    expect((await both('callers', 'change', salon.caller, '--note', 'Rings twice.')).out).toContain(
      'has a note',
    );
    expect((await both('callers', 'show', salon.caller)).out).toContain('Rings twice.');
    expect((await both('callers', 'forget', salon.caller)).out).toBe(`Forgot ${salon.caller} in 1 calls.\n`);
    expect((await both('callers', 'forget', 'Sarah')).err).toContain('E.164');
    expect((await both('callers', 'change', salon.caller, '--remember', 'no')).out).toContain(
      'is not remembered',
    );
    expect((await both('callers', 'list')).out).toContain('(not to be remembered)');
    expect((await both('callers', 'change', salon.caller)).code).toBe(2);
    expect((await both('callers', 'memory')).out).toBe('Callers are remembered.\n');
    expect((await both('callers', 'memory', '--set', 'off')).out).toBe('Callers are not remembered.\n');
    expect((await both('callers', 'memory', '--set', 'maybe')).code).toBe(2);
  });

  it('who does not want to be called is kept', async () => {
    expect((await both('do-not-call', 'add', '+12025550199')).out).toContain('not called any more');
    expect((await both('do-not-call', 'list')).out).toContain('+12025550199');
    expect((await both('do-not-call', 'add', '0199')).code).toBe(1);
    expect((await both('do-not-call', 'remove', '+12025550199')).out).toContain('may be called again');
    expect((await both('do-not-call', 'remove', '+12025550199')).code).toBe(1);
  });
});
