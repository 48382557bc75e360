import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, hasCode, silentLog, systemIds } from '../foundation/index.ts';
import type { AgentDocument } from './agent-document.ts';
import type { AgentVersions } from './agent-versions.ts';
import { type Box, openBox } from './box.ts';
import { openDatabase } from './database.ts';
import { openKeyring } from './keys.ts';
import { boxMigrations, tenantMigrations } from './migrations.ts';
import type { TenantStore } from './tenant-store.ts';

let dataDir: string;
let box: Box;
let store: TenantStore;
let atMs = 0;
const clock: Clock = { nowMs: () => ++atMs, monotonicMs: () => atMs };
const open = (): Box => openBox({ dataDir, clock, ids: systemIds, log: silentLog });

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-versions-'));
  box = open();
  const profile = { profession: 'dentist' };
  store = box.tenant(box.tenants.create({ name: 'Acme', timeZone: 'America/New_York', profile }).id);
});

afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const seen = (agent: AgentVersions) => ({ revision: agent.revision(), by: 'Ada' });
const publication = (agent: AgentVersions) => ({ ...seen(agent), note: null, rehearsal: null });
const faultOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
};

/** What calls, the calendar and the screens read. */
function tables({ profile, playbook }: TenantStore): AgentDocument {
  const { profile: agent, hours, services, staff } = profile();
  const { voice: _, ...fields } = agent;
  return { ...fields, hours, services, staff, playbook: playbook() } as AgentDocument;
}

function edited(document: AgentDocument, greeting: string): AgentDocument {
  const [service] = document.services;
  if (!service) throw new Error('the profession has no service');
  return {
    ...document,
    greeting,
    hours: [{ weekday: 3, fromMinute: 600, toMinute: 900 }],
    services: [{ ...service, priceMinor: 4_200 }],
    playbook: { ...document.playbook, address: greeting },
  };
}

describe('a new business', () => {
  it('begins with version 1, which is what calls get', () => {
    expect(store.agent.list({ limit: 10 })).toMatchObject([{ number: 1, origin: 'began', by: null }]);
    expect(store.agent.live().document).toEqual(tables(store));
    expect(store.agent.draft()).toBeNull();
  });
});

describe('a draft', () => {
  it('changes nothing until it is published, then everything at once', () => {
    const { agent } = store;
    const before = tables(store);
    agent.save(edited(before, 'Hello.'), seen(agent));
    expect(tables(store)).toEqual(before);
    expect(agent.draft()).toMatchObject({ basedOn: 1, by: 'Ada', document: { greeting: 'Hello.' } });
    const rehearsal = { passed: 3, total: 4, failed: ['A caller'] };
    agent.publish({ ...seen(agent), note: 'New prices', rehearsal });
    expect(tables(store)).toEqual(edited(before, 'Hello.'));
    expect(agent.draft()).toBeNull();
    expect(agent.live()).toMatchObject({ number: 2, by: 'Ada', note: 'New prices', rehearsal });
    expect(agent.version(1).document).toEqual(before);
  });

  it('keeps the voice, which is chosen by ear', () => {
    const { agent } = store;
    const { voice } = store.profile().profile;
    agent.save(edited(agent.live().document, 'Hello.'), seen(agent));
    agent.publish(publication(agent));
    expect(store.profile().profile.voice).toBe(voice);
  });

  it('is none where it differs in nothing', () => {
    const { agent } = store;
    const { document } = agent.live();
    agent.save({ ...document, greeting: 'Hello.' }, seen(agent));
    agent.save(document, seen(agent));
    expect(agent.draft()).toBeNull();
    expect(
      hasCode(
        faultOf(() => agent.publish(publication(agent))),
        'not_found',
      ),
    ).toBe(true);
  });

  it('is not overwritten by somebody who has not seen it', () => {
    const { agent } = store;
    const { document } = agent.live();
    const early = seen(agent);
    agent.save({ ...document, greeting: 'Hello.' }, early);
    const late = [
      () => agent.save({ ...document, greeting: 'Bye.' }, early),
      () => agent.discard(early),
      () => agent.publish({ ...early, note: null, rehearsal: null }),
      () => agent.restore(1, early),
    ];
    expect(late.map((work) => hasCode(faultOf(work), 'draft_changed'))).toEqual([true, true, true, true]);
    expect(agent.draft()?.document.greeting).toBe('Hello.');
  });

  it('is refused where a value is wrong or two contradict each other, naming it', () => {
    const { agent } = store;
    const { document } = agent.live();
    const [service] = document.services;
    const [skill] = document.playbook.skills;
    if (!service || !skill) throw new Error('the profession has no service or no skill');
    const wrong: readonly [Partial<AgentDocument>, RegExp][] = [
      [{ greeting: ' ' }, /^greeting: /],
      [{ staff: [] }, /^staff: /],
      [{ services: [service, { ...service, id: 'other' }] }, /^services.1.name: .* twice/],
      [{ services: [{ ...service, staffIds: ['nobody'] }] }, /^services.0.staffIds: /],
      [
        { playbook: { ...document.playbook, skills: [{ ...skill, readBack: 'So it is {moon}?' }] } },
        /^playbook.skills.0.readBack: \{moon\}/,
      ],
    ];
    for (const [change, words] of wrong) {
      expect(() => agent.save({ ...document, ...change }, seen(agent))).toThrow(words);
    }
    expect(agent.draft()).toBeNull();
  });
});

describe('a version', () => {
  it('is restored as a draft, which others can still change', () => {
    const { agent } = store;
    const first = agent.live().document;
    agent.save(edited(first, 'Hello.'), seen(agent));
    agent.publish(publication(agent));
    agent.restore(1, seen(agent));
    expect(agent.live().number).toBe(2);
    expect(agent.draft()).toMatchObject({ basedOn: 2, document: first });
    agent.publish(publication(agent));
    expect(tables(store)).toEqual(first);
    expect(agent.list({ limit: 2 }).map(({ number }) => number)).toEqual([3, 2]);
    expect(
      hasCode(
        faultOf(() => agent.restore(9, seen(agent))),
        'not_found',
      ),
    ).toBe(true);
  });

  it('comes of a playbook that is set past the draft, with the switches of new skills', () => {
    const { agent } = store;
    const { skills } = store.playbook();
    const [skill] = skills;
    if (!skill) throw new Error('the profession has no skill');
    agent.save({ ...agent.live().document, greeting: 'Hello.' }, seen(agent));
    store.setPlaybook({ ...store.playbook(), skills: [...skills, { ...skill, id: 'gift-card' }] });
    expect(agent.live()).toMatchObject({ number: 2, origin: 'changed' });
    expect(store.profile().profile.skills).toContain('gift-card');
    expect(agent.draft()).toMatchObject({ basedOn: 1, document: { greeting: 'Hello.' } });
    store.setPlaybook(store.playbook());
    expect(agent.live().number).toBe(2);
  });
});

describe('a new name of the business', () => {
  it('is said where the old one was, live and in the draft, and is a version', () => {
    const { agent } = store;
    const live = agent.live().document;
    expect(live.greeting).toContain('Acme');
    const greeting = 'Acme here. Acmeology is none of ours; (Acme) and Acme’s doors are open.';
    agent.save({ ...live, greeting }, seen(agent));
    const told: string[] = [];
    box.onEvent(({ type }) => told.push(type));
    expect(box.tenants.rename(store.tenantId, ' Bolt $& Co. ', 'Ada')).toMatchObject({
      ...{ name: 'Bolt $& Co.', slug: 'acme' },
    });
    expect(agent.live()).toMatchObject({ number: 2, origin: 'changed', by: 'Ada' });
    expect(tables(store)).toEqual({
      ...live,
      greeting: live.greeting.replace('Acme', () => 'Bolt $& Co.'),
      prompt: live.prompt.replaceAll('Acme', () => 'Bolt $& Co.'),
      staff: [{ ...live.staff[0], name: 'Bolt $& Co.' }],
    });
    expect(agent.draft()).toMatchObject({
      ...{ basedOn: 1, by: 'Ada' },
      document: {
        greeting:
          'Bolt $& Co. here. Acmeology is none of ours; (Bolt $& Co.) and Bolt $& Co.’s doors are open.',
      },
    });
    expect(told).toEqual(expect.arrayContaining(['agent.published', 'tenant.renamed']));
    // A name that ends in no letter is found again.
    box.tenants.rename(store.tenantId, 'Acme', null);
    expect(tables(store)).toEqual(live);
  });

  it('is refused whole where it is none, or a sentence gets too long by it', () => {
    const { agent } = store;
    const live = agent.live().document;
    agent.save({ ...live, greeting: 'Acme '.repeat(99) }, seen(agent));
    agent.publish(publication(agent));
    const before = tables(store);
    for (const [name, words] of [
      ...([
        [' ', 'name'],
        ['a'.repeat(121), 'name'],
        ['Acme and Company', 'greeting'],
      ] as const),
    ]) {
      const fault = faultOf(() => box.tenants.rename(store.tenantId, name, null));
      expect(hasCode(fault, 'input_invalid') && String(fault)).toContain(words);
      expect([box.tenants.find(store.tenantId)?.name, tables(store)]).toEqual(['Acme', before]);
    }
  });
});

describe('a crash', () => {
  it('leaves the old version whole, before and after', () => {
    const { agent } = store;
    const before = tables(store);
    agent.save(edited(before, 'Hello.'), seen(agent));
    const crash = new Error('the power went');
    const cut = faultOf(() =>
      store.transaction(() => {
        agent.publish(publication(agent));
        throw crash;
      }),
    );
    expect(cut).toBe(crash);
    expect(tables(store)).toEqual(before);
    expect(agent.live().number).toBe(1);
    box.close();
    box = open();
    const again = box.tenant(store.tenantId);
    expect(tables(again)).toEqual(before);
    expect(again.agent.draft()?.document.greeting).toBe('Hello.');
  });
});

describe('a file from before there were versions', () => {
  it('begins with what it holds, and with switches for the skills that have none', () => {
    const { agent } = store;
    const id = store.tenantId;
    const [skill] = store.playbook().skills;
    agent.save({ ...agent.live().document, skills: ['book'] }, seen(agent));
    agent.publish(publication(agent));
    box.close();
    const database = openDatabase({
      path: join(dataDir, 'tenants', `${id}.db`),
      key: keyOf(id),
      migrations: tenantMigrations,
      vectors: true,
    });
    database.prepare('delete from agent_versions').run();
    database.close();
    box = open();
    const again = box.tenant(id);
    expect(again.agent.list({ limit: 10 })).toMatchObject([{ number: 1, origin: 'began' }]);
    expect(again.profile().profile.skills).toEqual(expect.arrayContaining(['book', skill?.id]));
    expect(again.agent.live().document).toEqual(tables(again));
  });

  const keyOf = (id: string): Buffer => {
    const { boxDatabaseKey, unwrap } = openKeyring(dataDir, { create: false });
    const path = join(dataDir, 'box.db');
    const boxDatabase = openDatabase({ path, key: boxDatabaseKey, migrations: boxMigrations });
    const row = boxDatabase
      .prepare<{ key: Buffer }>('select sealed_key as key from tenants where id = ?')
      .get(id);
    boxDatabase.close();
    return unwrap(id, row?.key ?? Buffer.alloc(0));
  };
});

type Step = { readonly kind: 'edit' | 'publish' | 'restore' | 'discard' | 'set'; readonly n: number };

it('whatever is done, calls get a version that was published, and every version stays as it was', () => {
  const step = fc.record<Step>({
    kind: fc.constantFrom('edit', 'publish', 'restore', 'discard', 'set'),
    n: fc.integer({ min: 1, max: 6 }),
  });
  const perform = ({ kind, n }: Step): void => {
    const { agent } = store;
    if (kind === 'edit') agent.save(edited(agent.live().document, `Hello ${n}.`), seen(agent));
    else if (kind === 'publish') agent.publish(publication(agent));
    else if (kind === 'restore') agent.restore(n, seen(agent));
    else if (kind === 'discard') agent.discard(seen(agent));
    else store.setPlaybook({ ...store.playbook(), directions: `Turn ${n} times.` });
  };
  const known = new Map<number, string>();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      for (const one of steps) {
        const fault = faultOf(() => perform(one));
        expect(fault === null || hasCode(fault, 'not_found')).toBe(true);
        const { agent } = store;
        expect(tables(store)).toEqual(agent.live().document);
        const numbers = agent.list({ limit: 1000 }).map(({ number }) => number);
        expect(numbers).toEqual(numbers.map((_, i) => numbers.length - i));
        for (const number of numbers.slice(0, 2)) {
          const body = JSON.stringify(agent.version(number));
          expect(known.get(number) ?? body).toBe(body);
          known.set(number, body);
        }
      }
    }),
    { numRuns: 25 },
  );
  for (const [number, body] of known) expect(JSON.stringify(store.agent.version(number))).toBe(body);
});
