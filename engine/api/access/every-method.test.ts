import { join } from 'node:path';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { systemClock, systemIds } from '../../foundation/index.ts';
import { fakeEmbed } from '../../knowledge/index.ts';
import type { Box } from '../../store/index.ts';
import {
  type Access,
  access,
  allows,
  errorModel,
  type MethodName,
  methods,
  type Rights,
  type ScopedRights,
  tokenScopes,
} from '../contract/index.ts';
import { FakeApi } from '../fake-api.ts';
import { type FakeBusiness, fakeBusiness } from '../fake-business.ts';
import { fakeVoices } from '../fake-voices.ts';
import { newToken } from './accounts.ts';
import { fakeSession } from './fake-session.ts';
import { hashOf } from './who.ts';

const names = Object.keys(methods) as MethodName[];
const lineOf = (name: MethodName): Access => access[name];
/** They name no business: whoever asks gets those that they see. */
const ofAll: readonly MethodName[] = ['tenant.list', 'business.list', 'business.usage'];
/** How a business's phones are set up a technician may read. */
const ofLines: readonly MethodName[] = ['phone.list', 'ringGroup.list', 'transferTarget.list', 'line.list'];
const isRead = (name: MethodName): boolean => methods[name].verb === 'GET';

describe('the access table', () => {
  it('has a line for every method, and none besides', () => {
    expect(Object.keys(access).toSorted()).toEqual(names.toSorted());
  });

  it.each(names)('says of %s where it names the business, as its contract does', (name) => {
    const { path, query, body }: { path: string; query: z.ZodType; body?: z.ZodType } = methods[name];
    const has = (schema: z.ZodType | undefined, key: string): boolean =>
      schema !== undefined && 'shape' in schema && key in Object(schema.shape);
    const { tenant } = lineOf(name);
    const isPath = /\/tenants\/:id(\/|$)/.test(path);
    const inBody = !isPath && has(body, 'tenantId');
    const inQuery = !isPath && has(query, 'tenant');
    expect([name, tenant === 'path']).toEqual([name, isPath]);
    expect([name, tenant === 'body']).toEqual([name, inBody]);
    expect([name, ['query', 'seen'].includes(tenant)]).toEqual([name, inQuery || ofAll.includes(name)]);
  });

  /** Whatever is said, written or left by callers. */
  const conversation =
    /^(?:call|callNote|caller|appointment|submission|source|question|knowledge|analytics|talk)\./;

  it('keeps conversations from technicians, resellers and people without a role in the business', () => {
    const resells: Rights = { boxRole: 'reseller', roles: {}, resells: ['t'] };
    const technician: Rights = { boxRole: 'technician', roles: {}, resells: [] };
    const foreign: Rights = { boxRole: null, roles: { other: 'owner' }, resells: [] };
    const of = names.filter((name) => conversation.test(name));
    expect(of.length).toBeGreaterThan(30);
    for (const rights of [resells, technician, foreign, null]) {
      expect(of.filter((name) => allows(lineOf(name), rights, 't'))).toEqual([]);
    }
  });

  it('lets nobody into a business by what they are in others', () => {
    const role = fc.constantFrom('owner', 'admin', 'member') as fc.Arbitrary<Rights['roles'][string]>;
    const ofTenants = names.filter((name) => lineOf(name).tenant !== 'none');
    const others = fc.dictionary(fc.constantFrom('a', 'b', 'c'), role);
    fc.assert(
      fc.property(fc.constantFrom(...ofTenants), others, (name, roles) => {
        const rights: Rights = { boxRole: null, roles, resells: Object.keys(roles) };
        const may = allows(lineOf(name), rights, 'mine');
        expect(may).toBe(['anyone', 'user'].includes(lineOf(name).who));
      }),
    );
  });

  it('gives the more, the higher the role; a token never more than its scopes', () => {
    const rights = (role: Rights['roles'][string]): Rights => ({
      ...{ boxRole: null, roles: { t: role }, resells: [] },
    });
    const may = (given: ScopedRights) => names.filter((name) => allows(lineOf(name), given, 't'));
    const [member, admin, owner] = [may(rights('member')), may(rights('admin')), may(rights('owner'))];
    expect(admin).toEqual(expect.arrayContaining(member));
    expect(owner).toEqual(expect.arrayContaining(admin));
    expect(admin.length).toBeGreaterThan(member.length);
    expect(owner.length).toBeGreaterThan(admin.length);
    for (const scope of tokenScopes) {
      const found = may({ ...rights('owner'), scopes: [scope] }).filter(
        (name) => lineOf(name).who !== 'anyone',
      );
      expect(new Set(found.map((name) => lineOf(name).scope))).toEqual(new Set([scope]));
      if (!scope.endsWith(':read')) continue;
      const changing = found.filter((name) => !isRead(name));
      expect([scope, changing.filter((name) => name !== 'knowledge.ask')]).toEqual([scope, []]);
    }
  });
});

describe('every method, asked by everybody', () => {
  let fake: FakeApi;
  let box: Box;
  let app: FastifyInstance;
  let [mine, theirs]: FakeBusiness[] = [];
  const people: Record<string, { headers: Readonly<Record<string, string>>; rights: ScopedRights | null }> =
    {};

  beforeAll(async () => {
    fake = new FakeApi();
    ({ box } = fake);
    const parts = { box, clock: systemClock, ids: systemIds, embed: fakeEmbed };
    theirs = await fakeBusiness('Aardvark', 1, parts);
    mine = await fakeBusiness('Bumblebee', 2, parts);
    const [mineId, theirsId] = [mine.tenantId, theirs.tenantId];
    box.transferTargets.add({ tenantId: theirsId, name: 'Boss', kind: 'phone', target: theirs.phone });
    fakeSession(box, { boxRole: 'owner' });
    const roles = { [mineId]: 'owner' as const };
    people['the owner of another business'] = {
      headers: fakeSession(box, { roles }).headers,
      rights: { boxRole: null, roles, resells: [] },
    };
    const reseller = fakeSession(box, { boxRole: 'reseller' });
    box.resellers.assign(theirsId, reseller.userId);
    people['the reseller of it'] = {
      headers: reseller.headers,
      rights: { boxRole: 'reseller', roles: {}, resells: [theirsId] },
    };
    people['a technician'] = {
      headers: fakeSession(box, { boxRole: 'technician' }).headers,
      rights: { boxRole: 'technician', roles: {}, resells: [] },
    };
    const secret = `vbx_${newToken()}`;
    const token = { tenantId: mineId, name: 'All', scopes: tokenScopes, createdBy: 'a test' };
    box.apiTokens.add({ ...token, tokenHash: hashOf(secret) });
    people['a token of another business'] = {
      headers: { authorization: `Bearer ${secret}` },
      rights: { boxRole: null, roles: { [mineId]: 'owner' }, resells: [], scopes: tokenScopes },
    };
    people.nobody = { headers: {}, rights: null };
    people['a token that is none'] = {
      headers: { authorization: `Bearer vbx_${newToken()}`, 'x-none': '1' },
      rights: null,
    };
    app = await fake.build({
      embed: fakeEmbed,
      useModel: async () => [],
      models: { modelsDir: join(fake.dataDir, 'models'), env: {} },
      lineTests: {
        async *test() {
          yield { kind: 'step', stage: 'name', note: '', afterMs: 0 };
        },
        ladder: () => null,
      },
      voices: fakeVoices(),
    });
  });

  afterAll(() => fake.close());

  /** Asks it of their business, or of something that is theirs. */
  const send = async (name: MethodName, headers: Readonly<Record<string, string>>) => {
    const { verb, path } = methods[name];
    const { tenant } = lineOf(name);
    const things: Readonly<Record<string, string>> = {
      path: theirs?.tenantId ?? '',
      call: theirs?.callId ?? '',
      phone: box.phones.list(theirs?.tenantId)[0]?.id ?? '',
      ringGroup: theirs?.ringGroupId ?? '',
      transferTarget: box.transferTargets.list(theirs?.tenantId)[0]?.id ?? '',
    };
    const id = things[tenant] ?? systemIds.uuid();
    const query =
      ['query', 'seen'].includes(tenant) && !ofAll.includes(name) ? `?tenant=${theirs?.tenantId}` : '';
    const url = `${path.replace(':id', id)}${query}`;
    const response = await app.inject({
      ...{ method: verb, url, headers: { host: '127.0.0.1', ...headers } },
      ...(verb === 'GET' || verb === 'DELETE' ? {} : { payload: { tenantId: theirs?.tenantId } }),
    });
    const text = response.body;
    const ok = response.statusCode < 300;
    return { text, url, code: ok ? null : errorModel.parse(JSON.parse(text)).error.code };
  };
  /** What only those of the business may hear. */
  const secrets = (): string[] =>
    Object.entries(theirs ?? {})
      .filter(([key]) => !['tenantId', 'name', 'number'].includes(key))
      .map(([, value]) => value);

  it.each([
    'the owner of another business',
    'the reseller of it',
    'a technician',
    'a token of another business',
    'nobody',
    'a token that is none',
  ])('tells %s nothing that is not theirs, and does nothing for them', async (person) => {
    const { headers, rights } = people[person] ?? { headers: {}, rights: null };
    const store = box.tenant(theirs?.tenantId ?? '');
    const before = [store.events.position(), box.events.position()];
    for (const name of names.filter((one) => lineOf(one).who !== 'anyone')) {
      const { tenant } = lineOf(name);
      const may = allows(lineOf(name), rights, tenant === 'none' ? null : (theirs?.tenantId ?? ''));
      // What they may do is none of this test's business; what they may read is.
      if (may && (!isRead(name) || ofLines.includes(name))) continue;
      const { text, code, url } = await send(name, headers);
      // What somebody named themselves they may be answered with.
      const told = secrets().filter((secret) => text.includes(secret) && !url.includes(secret));
      expect([name, told]).toEqual([name, []]);
      if (may || (rights && ofAll.includes(name))) continue;
      const refusals = rights ? ['not_found', 'not_allowed'] : ['sign_in_required'];
      expect([name, refusals.includes(code ?? 'done')]).toEqual([name, true]);
    }
    expect([store.events.position(), box.events.position()]).toEqual(before);
  });

  it('wrote every try to cross the border of a business to the audit log', () => {
    const tenantIds = [theirs?.tenantId ?? ''];
    const tries = box.audit.list({ tenantIds, limit: 500 }).filter(({ outcome }) => outcome === 'not_found');
    const crossing = names.filter((name) => !['none', 'seen'].includes(lineOf(name).tenant));
    const tried = new Set(tries.map(({ what }) => what));
    expect(crossing.filter((name) => !tried.has(name) && lineOf(name).who !== 'anyone')).toEqual([]);
    expect(tries.every(({ whoKind, address }) => whoKind !== 'nobody' && address === '127.0.0.1')).toBe(true);
  });
});
