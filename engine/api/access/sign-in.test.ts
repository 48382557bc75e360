import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { methods, paths } from '../contract/index.ts';
import { pageHeader } from './access.ts';
import { createAccounts } from './accounts.ts';
import { makeEntrance } from './entrance.ts';
import { codeOf, FakeHouse, fakePasswords, type Headers, olga, personOf, signedIn } from './fake-house.ts';
import { fakeSession } from './fake-session.ts';
import { fromBase32, totpCode } from './totp.ts';

let house: FakeHouse;
beforeEach(() => {
  house = new FakeHouse();
});
afterEach(() => house.close());

describe('a box that nobody owns', () => {
  it('asks for a sign-in, and becomes that of whoever has the link', async () => {
    expect((await house.ask('session.read')).said).toEqual({ state: 'unowned', person: null });
    expect(codeOf(await house.ask('tenant.list'))).toBe('sign_in_required');
    const { token } = makeEntrance(house.box);
    const read = await house.ask('link.read', { token });
    expect(read.said).toMatchObject({ link: { kind: 'welcome', known: false } });
    expect(codeOf(await house.ask('link.use', { token, name: 'Olga', password: olga.password }))).toBe(
      'input_invalid',
    );
    expect(codeOf(await house.ask('link.use', { token, ...olga, password: 'short' }))).toBe('input_invalid');
    const made = await house.ask('link.use', { token, ...olga });
    expect(personOf(made)).toMatchObject({ email: 'olga@example.com', rights: { boxRole: 'owner' } });
    expect(made.cookie).toMatch(
      /^voxbox_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/,
    );
    const headers = signedIn(made);
    expect((await house.ask('tenant.list', undefined, headers)).status).toBe(200);
    expect(codeOf(await house.ask('link.use', { token, ...olga, email: 'b@example.com' }))).toBe(
      'link_unusable',
    );
  });

  it('is given away once, whatever links were printed before', async () => {
    const first = makeEntrance(house.box).token;
    await house.makeOwner();
    expect(codeOf(await house.ask('link.use', { token: first, ...olga, email: 'b@example.com' }))).toBe(
      'link_unusable',
    );
    expect(makeEntrance(house.box).kind).toBe('sign-in');
  });

  it('lets its owner in by the link of the desktop, once and for a minute', async () => {
    await house.makeOwner();
    const { token } = makeEntrance(house.box);
    expect(personOf(await house.ask('link.use', { token })).email).toBe('olga@example.com');
    expect(codeOf(await house.ask('link.use', { token }))).toBe('link_unusable');
    const late = makeEntrance(house.box).token;
    house.clock.atMs += 60_000;
    expect(codeOf(await house.ask('link.use', { token: late }))).toBe('link_unusable');
  });
});

describe('signing in', () => {
  it('takes the right password alone, and answers all else alike', async () => {
    await house.makeOwner();
    const wrong = await house.signIn({ password: 'another long password' });
    const nobody = await house.signIn({ email: 'nobody@example.com' });
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    expect(wrong.said).toEqual(nobody.said);
    expect(codeOf(wrong)).toBe('sign_in_refused');
    const right = await house.signIn({ email: ' OLGA@example.com ' });
    expect(personOf(right).name).toBe('Olga');
    const tries = house.box.audit.list({ what: 'session.signIn', limit: 10 });
    expect(tries.map(({ outcome, whoName }) => [outcome, whoName])).toEqual([
      ['done', 'Olga'],
      ['sign_in_refused', 'nobody'],
      ['sign_in_refused', 'nobody'],
    ]);
    expect(JSON.stringify(tries)).not.toContain('password');
  });

  it('makes guessers wait, longer each time', async () => {
    await house.makeOwner();
    const codes: string[] = [];
    for (let n = 0; n < 6; n += 1) codes.push(codeOf(await house.signIn({ password: 'wrong' })));
    expect(codes).toEqual([...Array(5).fill('sign_in_refused'), 'too_many_requests']);
    const waiting = await house.signIn();
    expect([waiting.status, waiting.retryAfter]).toEqual([429, '2']);
    house.clock.atMs += 2000;
    expect((await house.signIn()).status).toBe(200);
  });

  it('ends when it is idle for half a day, and after a month', async () => {
    const headers = await house.makeOwner();
    const isIn = async () => (await house.ask('tenant.list', undefined, headers)).status === 200;
    for (let day = 0; day < 29; day += 1) {
      house.clock.atMs += 11 * 3_600_000;
      expect(await isIn()).toBe(true);
      house.clock.atMs += 11 * 3_600_000;
      expect(await isIn()).toBe(true);
    }
    house.clock.atMs += 12 * 3_600_000;
    expect(await isIn()).toBe(false);
    const again = signedIn(await house.signIn());
    for (let half = 0; half < 66; half += 1) {
      house.clock.atMs += 11 * 3_600_000;
      await house.ask('tenant.list', undefined, again);
    }
    expect((await house.ask('tenant.list', undefined, again)).status).toBe(401);
  });

  it('lists and ends sessions, and ends its own', async () => {
    const first = await house.makeOwner();
    const second = signedIn(await house.signIn());
    const sessions = async (headers: Headers) =>
      methods['session.list'].answer.parse((await house.ask('session.list', undefined, headers)).said)
        .sessions;
    const [other] = (await sessions(second)).filter(({ own }) => !own);
    expect(await sessions(second)).toHaveLength(2);
    expect((await house.ask('session.end', undefined, second, { id: other?.id })).status).toBe(200);
    expect(codeOf(await house.ask('tenant.list', undefined, first))).toBe('sign_in_required');
    expect(codeOf(await house.ask('session.end', undefined, second, { id: other?.id }))).toBe('not_found');
    expect((await house.ask('session.signOut', undefined, second)).cookie).toContain('Max-Age=0');
    expect(codeOf(await house.ask('tenant.list', undefined, second))).toBe('sign_in_required');
  });

  it('is no use to other pages: a change needs the header that only our page sends', async () => {
    const { cookie = '' } = await house.makeOwner();
    expect(codeOf(await house.ask('account.change', { name: 'Eve' }, { cookie }))).toBe('request_refused');
    expect(
      (await house.ask('account.change', { name: 'Olga B' }, { cookie, [pageHeader]: '1' })).status,
    ).toBe(200);
    expect((await house.ask('tenant.list', undefined, { cookie })).status).toBe(200);
  });

  it('gives its cookie to https alone where it comes from other machines', async () => {
    const { token } = makeEntrance(house.box);
    const far = await house.build({ host: '0.0.0.0' });
    const response = await far.inject({
      ...{ method: 'POST', url: paths['link.use'], headers: { host: 'box.example:7070' } },
      payload: { token, ...olga },
    });
    expect(String(response.headers['set-cookie'])).toMatch(/; Secure$/);
  });
});

describe('a second step', () => {
  async function withApp() {
    const headers = await house.makeOwner();
    const begun = await house.ask('account.beginTotp', undefined, headers);
    const { secret } = methods['account.beginTotp'].answer.parse(begun.said);
    const code = (): string =>
      totpCode(fromBase32(secret) ?? Buffer.alloc(0), Math.floor(house.clock.atMs / 30_000));
    const { password } = olga;
    const wrong = await house.ask('account.confirmTotp', { secret, code: '000000', password }, headers);
    expect(codeOf(wrong)).toBe('sign_in_refused');
    const confirmed = await house.ask('account.confirmTotp', { secret, code: code(), password }, headers);
    const { recoveryCodes } = methods['account.confirmTotp'].answer.parse(confirmed.said);
    return { headers, code, recoveryCodes };
  }

  it('asks for a code, and takes each once', async () => {
    const { code } = await withApp();
    expect(codeOf(await house.signIn())).toBe('code_required');
    expect(codeOf(await house.signIn({ code: '123456' }))).toBe('sign_in_refused');
    // The one that it was set up with was seen as well.
    expect(codeOf(await house.signIn({ code: code() }))).toBe('sign_in_refused');
    house.clock.atMs += 30_000;
    expect((await house.signIn({ code: code() })).status).toBe(200);
    expect(codeOf(await house.signIn({ code: code() }))).toBe('sign_in_refused');
  });

  it('takes each recovery code once, however it is typed', async () => {
    const { recoveryCodes } = await withApp();
    expect(recoveryCodes).toHaveLength(10);
    const [first = ''] = recoveryCodes;
    const code = first.toLowerCase().replace('-', ' ');
    expect((await house.signIn({ code })).status).toBe(200);
    expect(codeOf(await house.signIn({ code }))).toBe('sign_in_refused');
  });

  it('is taken away with the password', async () => {
    const { headers } = await withApp();
    expect(codeOf(await house.ask('account.removeTotp', { password: 'wrong' }, headers))).toBe(
      'sign_in_refused',
    );
    expect((await house.ask('account.removeTotp', { password: olga.password }, headers)).status).toBe(200);
    expect((await house.signIn()).status).toBe(200);
  });
});

it('lets nobody ask without end', async () => {
  const { headers } = fakeSession(house.box, { roles: { [house.tenantId]: 'member' } });
  // What is refused costs four times as much as what is not: 250 of them use up the thousand.
  const codes: string[] = [];
  for (let n = 0; n < 251; n += 1) codes.push(codeOf(await house.ask('trunk.list', undefined, headers)));
  expect([codes.at(-2), codes.at(-1)]).toEqual(['not_allowed', 'too_many_requests']);
  house.clock.atMs += 1000;
  expect((await house.ask('profession.list', undefined, headers)).status).toBe(200);
});

it('hands accounts a link once alone, however many take it', async () => {
  const accounts = createAccounts({ ...house, passwords: fakePasswords });
  const { token } = makeEntrance(house.box);
  const results = await Promise.allSettled(
    ['a', 'b', 'c'].map((name) => house.ask('link.use', { token, ...olga, email: `${name}@example.com` })),
  );
  const statuses = results.map((one) => (one.status === 'fulfilled' ? one.value.status : 0));
  expect(statuses.toSorted()).toEqual([200, 410, 410]);
  expect(house.box.users.list()).toHaveLength(1);
  expect(() => accounts.readLink(token)).toThrow();
});
