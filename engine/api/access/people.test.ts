import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { methods } from '../contract/index.ts';
import { codeOf, FakeHouse, fakePasswords, personOf, signedIn } from './fake-house.ts';
import { fakeSession } from './fake-session.ts';

let house: FakeHouse;
beforeEach(() => {
  house = new FakeHouse();
});
afterEach(() => house.close());

describe('people of a business', () => {
  it('are invited by a link, for that business and role', async () => {
    const owner = await house.makeOwner();
    const invited = await house.ask('member.invite', { email: 'Ann@Example.com', role: 'member' }, owner, {
      id: house.tenantId,
    });
    const { link } = methods['member.invite'].answer.parse(invited.said);
    const read = await house.ask('link.read', { token: link.token });
    expect(read.said).toEqual({
      link: {
        ...{ kind: 'invitation', email: 'ann@example.com', business: 'Salon' },
        ...{ boxRole: null, tenantRole: 'member', known: false },
      },
    });
    const joined = await house.ask('link.use', {
      token: link.token,
      name: 'Ann',
      password: 'ten letters or more',
    });
    expect(personOf(joined)).toMatchObject({
      ...{ email: 'ann@example.com', rights: { boxRole: null, roles: { [house.tenantId]: 'member' } } },
    });
    const ann = signedIn(joined);
    expect((await house.ask('caller.list', undefined, ann, { id: house.tenantId })).status).toBe(200);
    expect(codeOf(await house.ask('member.list', undefined, ann, { id: house.tenantId }))).toBe(
      'not_allowed',
    );
    expect(codeOf(await house.ask('trunk.list', undefined, ann))).toBe('not_allowed');
    const again = await house.ask('member.invite', { email: 'ann@example.com', role: 'admin' }, owner, {
      id: house.tenantId,
    });
    expect(codeOf(again)).toBe('user_exists');
  });

  it('sign in first where they have an account already', async () => {
    const owner = await house.makeOwner();
    const other = house.box.tenants.create({ name: 'Garage', timeZone: 'Europe/London' }).id;
    const hash = await fakePasswords.hash('ten letters or more');
    house.box.users.add({ email: 'ann@example.com', name: 'Ann', boxRole: null, passwordHash: hash });
    const invited = await house.ask('member.invite', { email: 'ann@example.com', role: 'admin' }, owner, {
      id: other,
    });
    const { token } = methods['member.invite'].answer.parse(invited.said).link;
    const password = 'somebody else entirely';
    expect(codeOf(await house.ask('link.use', { token, name: 'Eve', password }))).toBe('sign_in_required');
    const ann = await house.signIn({ email: 'ann@example.com', password: 'ten letters or more' });
    const joined = await house.ask('link.use', { token }, signedIn(ann));
    expect(personOf(joined).rights.roles).toEqual({ [other]: 'admin' });
  });

  it('lose what they may do at once, and leave a business with an owner', async () => {
    const owner = await house.makeOwner();
    const { headers, userId } = fakeSession(house.box, { roles: { [house.tenantId]: 'owner' } });
    const change = (name: 'member.change' | 'member.remove', body?: object) =>
      house.ask(name, body, owner, { id: userId, tenant: house.tenantId });
    const refused = await change('member.change', { role: 'member' });
    expect(codeOf(refused)).toBe('last_owner');
    const second = fakeSession(house.box, { roles: { [house.tenantId]: 'owner' } });
    expect((await change('member.remove')).status).toBe(200);
    expect(codeOf(await house.ask('caller.list', undefined, headers, { id: house.tenantId }))).toBe(
      'not_found',
    );
    expect((await house.ask('caller.list', undefined, second.headers, { id: house.tenantId })).status).toBe(
      200,
    );
  });

  it('choose a new password by a link, which ends what was open', async () => {
    const owner = await house.makeOwner();
    const me = methods['session.read'].answer.parse((await house.ask('session.read', undefined, owner)).said);
    const made = await house.ask('user.link', undefined, owner, { id: me.person?.id });
    const { token } = methods['user.link'].answer.parse(made.said).link;
    expect((await house.ask('link.read', { token })).said).toMatchObject({
      link: { email: 'olga@example.com' },
    });
    const used = await house.ask('link.use', { token, password: 'another long password' });
    expect(used.status).toBe(200);
    expect(codeOf(await house.ask('tenant.list', undefined, owner))).toBe('sign_in_required');
    expect(codeOf(await house.signIn())).toBe('sign_in_refused');
    expect((await house.signIn({ password: 'another long password' })).status).toBe(200);
  });
});

describe('a token', () => {
  it('does what its scopes say, in its business, until it is revoked', async () => {
    const owner = await house.makeOwner();
    const made = await house.ask('token.create', { name: 'Web', scopes: ['callers:read'] }, owner, {
      id: house.tenantId,
    });
    const { token, secret } = methods['token.create'].answer.parse(made.said);
    expect(secret).toMatch(/^vbx_[\w-]{43}$/);
    const headers = { authorization: `Bearer ${secret}` };
    expect((await house.ask('caller.list', undefined, headers, { id: house.tenantId })).status).toBe(200);
    expect(
      codeOf(await house.ask('doNotCall.add', { number: '+12025550100' }, headers, { id: house.tenantId })),
    ).toBe('not_allowed');
    expect(codeOf(await house.ask('session.list', undefined, headers))).toBe('not_allowed');
    const listed = methods['token.list'].answer.parse(
      (await house.ask('token.list', undefined, owner, { id: house.tenantId })).said,
    );
    expect(listed.tokens).toMatchObject([{ name: 'Web', usedAtMs: house.clock.atMs, revokedAtMs: null }]);
    expect(JSON.stringify(listed)).not.toContain(secret);
    const revoked = await house.ask('token.revoke', undefined, owner, {
      id: token.id,
      tenant: house.tenantId,
    });
    expect(revoked.status).toBe(200);
    expect(codeOf(await house.ask('caller.list', undefined, headers, { id: house.tenantId }))).toBe(
      'sign_in_required',
    );
  });
});

describe('a reseller', () => {
  it('has the businesses that they make, and hears a conversation only as one of them', async () => {
    await house.makeOwner();
    const { headers } = fakeSession(house.box, { boxRole: 'reseller' });
    const made = await house.ask('tenant.create', { name: 'Bakery', timeZone: 'Europe/London' }, headers);
    const { id } = methods['tenant.create'].answer.parse(made.said).tenant;
    const listed = methods['tenant.list'].answer.parse(
      (await house.ask('tenant.list', undefined, headers)).said,
    );
    expect(listed.tenants.map((tenant) => tenant.id)).toEqual([id]);
    expect(codeOf(await house.ask('caller.list', undefined, headers, { id: id }))).toBe('not_allowed');
    expect(codeOf(await house.ask('session.actAs', { tenantId: house.tenantId }, headers))).toBe('not_found');
    const acting = await house.ask('session.actAs', { tenantId: id }, headers);
    expect(personOf(acting).rights.roles).toEqual({ [id]: 'owner' });
    expect(personOf(acting).acting).toEqual({ tenantId: id, untilMs: house.clock.atMs + 3_600_000 });
    expect((await house.ask('caller.list', undefined, headers, { id: id })).status).toBe(200);
    house.clock.atMs += 3_600_000;
    expect(codeOf(await house.ask('caller.list', undefined, headers, { id: id }))).toBe('not_allowed');
    await house.ask('session.actAs', { tenantId: id }, headers);
    await house.ask('session.stopActing', undefined, headers);
    expect(codeOf(await house.ask('caller.list', undefined, headers, { id: id }))).toBe('not_allowed');
    const acts = house.box.audit
      .list({ what: 'session.actAs', limit: 10 })
      .map(({ outcome, tenantId: of }) => [outcome, of]);
    expect(acts).toEqual([
      ['done', id],
      ['done', id],
      ['not_found', house.tenantId],
    ]);
  });
});

describe('the audit log', () => {
  it('names who did what, and never with what', async () => {
    const owner = await house.makeOwner();
    await house.ask(
      'user.add',
      { email: 'tom@example.com', name: 'Tom', password: 'ten letters or more' },
      owner,
    );
    await house.ask(
      'user.add',
      { email: 'tom@example.com', name: 'Tom', password: 'ten letters or more' },
      owner,
    );
    const { entries } = methods['audit.list'].answer.parse(
      (await house.ask('audit.list', undefined, owner)).said,
    );
    const tom = house.box.users.findByEmail('tom@example.com');
    expect(entries.slice(0, 2)).toMatchObject([
      { what: 'user.add', outcome: 'user_exists', whoName: 'Olga', thing: null },
      { what: 'user.add', outcome: 'done', whoName: 'Olga', thing: tom?.id, address: '127.0.0.1' },
    ]);
    expect(JSON.stringify(entries)).not.toContain('ten letters');
    expect((await house.ask('audit.verify', undefined, owner)).said).toMatchObject({ brokenAt: null });
  });

  it('does not keep the number of a caller who is forgotten, nor do the calls that the box kept out', async () => {
    const owner = await house.makeOwner();
    const { box, tenantId } = house;
    const number = '+12025550173';
    box.refusals.record({
      ...{ calledNumber: '+12025550100', callerNumber: number, tenantId, reason: 'capacity_reached' },
    });
    const asked = { id: number, tenant: tenantId };
    expect((await house.ask('caller.change', { note: 'Rings twice.' }, owner, asked)).status).toBe(200);
    expect((await house.ask('caller.forget', {}, owner, asked)).status).toBe(200);
    const entries = box.audit.list({ what: 'caller.', limit: 5 });
    expect(entries).toMatchObject([
      { what: 'caller.forget', outcome: 'done', thing: '…0173' },
      { what: 'caller.change', outcome: 'done', thing: '…0173' },
    ]);
    expect(JSON.stringify([box.audit.list({ limit: 50 }), box.refusals.list({ limit: 5 })])).not.toContain(
      number,
    );
    expect(box.refusals.reasons(tenantId, { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER })).toEqual([
      { reason: 'capacity_reached', calls: 1 },
    ]);
  });

  it('shows owners of a business what concerns it alone', async () => {
    const owner = await house.makeOwner();
    const { headers } = fakeSession(house.box, { roles: { [house.tenantId]: 'owner' } });
    await house.ask(
      'user.add',
      { email: 'tom@example.com', name: 'Tom', password: 'ten letters or more' },
      owner,
    );
    await house.ask('doNotCall.add', { number: '+12025550100' }, owner, { id: house.tenantId });
    const seen = methods['audit.list'].answer.parse((await house.ask('audit.list', undefined, headers)).said);
    expect(seen.entries.map(({ what }) => what)).toEqual(['doNotCall.add']);
    expect(codeOf(await house.ask('audit.verify', undefined, headers))).toBe('not_allowed');
  });
});
