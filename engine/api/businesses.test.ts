import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, FakeHouse, personOf, signedIn } from './access/fake-house.ts';
import { fakeSession } from './access/fake-session.ts';
import { methods } from './contract/index.ts';

let house: FakeHouse;

beforeEach(() => {
  house = new FakeHouse();
});

afterEach(() => house.close());

describe('a new business', () => {
  const bakery = { name: 'Bakery', timeZone: 'Europe/London' };

  it('comes with its agent and the link that makes its owner', async () => {
    await house.makeOwner();
    const { headers } = fakeSession(house.box, { boxRole: 'reseller' });
    const made = await house.ask('tenant.create', { ...bakery, ownerEmail: 'Bea@Example.com' }, headers);
    const { tenant, link } = methods['tenant.create'].answer.parse(made.said);
    expect(house.box.tenant(tenant.id).agent.live().document.agentName).not.toBe('');
    const used = await house.ask('link.use', {
      ...{ token: link?.token, name: 'Bea', password: 'ten letters or more' },
    });
    expect(personOf(used)).toMatchObject({
      email: 'bea@example.com',
      rights: { roles: { [tenant.id]: 'owner' } },
    });
    expect((await house.ask('agent.read', undefined, signedIn(used), { id: tenant.id })).status).toBe(200);
  });

  it('begins as another one is, but for its people and its place; only of those that are theirs', async () => {
    await house.makeOwner();
    const reseller = fakeSession(house.box, { boxRole: 'reseller' });
    const { box } = house;
    const profile = { profession: 'massage', agentName: 'Mia' };
    const model = box.tenants.create({ name: 'Calm', timeZone: 'Europe/Paris', language: 'en-GB', profile });
    const store = box.tenant(model.id);
    store.setPlaybook({ ...store.playbook(), address: '1 Calm Street', directions: 'Upstairs.' });
    const asked = { ...bakery, name: 'Quiet', like: model.id };
    const list = box.tenants.list();
    expect(codeOf(await house.ask('tenant.create', asked, reseller.headers))).toBe('not_found');
    expect(box.tenants.list()).toEqual(list);
    box.resellers.assign(model.id, reseller.userId);
    const made = await house.ask('tenant.create', { ...asked, slug: 'silence' }, reseller.headers);
    const { tenant } = methods['tenant.create'].answer.parse(made.said);
    expect(tenant).toMatchObject({
      slug: 'silence',
      timeZone: 'Europe/London',
      language: 'en-GB',
      numbers: [],
    });
    const [theirs, own] = [store, box.tenant(tenant.id)].map(({ agent }) => agent.live().document);
    expect(own).toEqual({
      ...theirs,
      greeting: theirs?.greeting.replaceAll('Calm', 'Quiet'),
      prompt: theirs?.prompt.replaceAll('Calm', 'Quiet'),
      services: theirs?.services.map((service) => ({ ...service, id: expect.any(String), staffIds: [] })),
      staff: [{ id: expect.any(String), name: 'Quiet', hours: [] }],
      playbook: { ...theirs?.playbook, address: null, directions: null },
    });
    expect(own?.greeting).toContain('Quiet');
    expect(box.resellers.ofTenant(tenant.id)).toBe(reseller.userId);
  });

  it('is not there where its owner cannot be invited', async () => {
    const owner = await house.makeOwner();
    const before = house.box.tenants.list();
    const refused = await house.ask('tenant.create', { ...bakery, ownerEmail: 'no address' }, owner);
    expect(codeOf(refused)).toBe('input_invalid');
    expect(house.box.tenants.list()).toEqual(before);
    const made = await house.ask('tenant.create', bakery, owner);
    expect(methods['tenant.create'].answer.parse(made.said).link).toBeNull();
  });
});

describe('a business that its owner removes', () => {
  it('is gone once its slug was typed, which the audit log tells with the fingerprint of its key', async () => {
    await house.makeOwner();
    const { id, slug } = house.box.tenants.create({ name: 'Bakery', timeZone: 'Europe/London' });
    const admin = fakeSession(house.box, { roles: { [id]: 'admin' } }).headers;
    const owner = fakeSession(house.box, { roles: { [id]: 'owner' } }).headers;
    const remove = (headers: Readonly<Record<string, string>>, typed = slug) =>
      house.ask('tenant.remove', undefined, headers, { id, slug: typed });
    expect(codeOf(await remove(admin))).toBe('not_allowed');
    expect(codeOf(await remove(owner, 'baker'))).toBe('input_invalid');
    expect(house.box.tenants.find(id)).not.toBeNull();
    const { removed, destroyedKey } = methods['tenant.remove'].answer.parse((await remove(owner)).said);
    expect(removed).toMatchObject({ id, slug, name: 'Bakery', recordings: 0 });
    expect(house.box.tenants.find(id)).toBeNull();
    expect(house.box.audit.list({ what: 'tenant.remove', limit: 1 })).toMatchObject([
      { outcome: 'done', tenantId: id, thing: destroyedKey.id },
    ]);
    expect(codeOf(await remove(owner))).toBe('not_found');
  });
});

describe('a brand', () => {
  it('is told to strangers at its sign-in page, and nothing else of its reseller is', async () => {
    await house.makeOwner();
    const { headers } = fakeSession(house.box, { boxRole: 'reseller' });
    const set = await house.ask('branding.set', { name: 'Ring Ring', accent: '#7a1fa2' }, headers);
    const { slug = '' } = methods['branding.set'].answer.parse(set.said).branding ?? {};
    expect(slug).toBe('ring-ring');
    const told = await house.ask('branding.ofSlug', undefined, {}, { id: slug });
    expect(told.said).toEqual({ branding: { name: 'Ring Ring', accent: '#7a1fa2', hasLogo: false } });
    expect(codeOf(await house.ask('branding.logoOfSlug', undefined, {}, { id: slug }))).toBe('not_found');
    const png = { bytes: Buffer.from('png'), type: 'image/png' };
    house.box.resellers.setLogo(house.box.resellers.ofSlug(slug) ?? '', png);
    const again = await house.ask('branding.ofSlug', undefined, {}, { id: slug });
    expect(again.said).toMatchObject({ branding: { hasLogo: true } });
  });

  it('is not there under a slug that nobody has', async () => {
    const told = await house.ask('branding.ofSlug', undefined, {}, { id: 'nobody' });
    expect([told.status, told.said]).toEqual([200, { branding: null }]);
    expect(codeOf(await house.ask('branding.logoOfSlug', undefined, {}, { id: 'nobody' }))).toBe('not_found');
  });
});
