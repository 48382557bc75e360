import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEntrance } from '../../engine/api/index.ts';
import { systemClock } from '../../engine/foundation/index.ts';
import { hasBrowser, withBrowser } from './browser.ts';
import { lensTo } from './look.ts';
import { Stage } from './stage.ts';
import { codeNow } from './totp-code.ts';

const { look } = lensTo('access');
const real = { atPracticeDay: false } as const;
const olga = { name: 'Olga Owner', email: 'olga@example.com', password: 'a sentence is easy' };

describe.skipIf(!hasBrowser)(withBrowser('who may sign in'), () => {
  let stage: Stage;
  let tenantId: string;

  beforeAll(async () => {
    stage = new Stage({ clock: systemClock, signIn: true });
    tenantId = stage.box.tenants.create({ name: 'Bright Smile', timeZone: 'Europe/Berlin' }).id;
    await stage.open();
  });
  afterAll(() => stage.close());

  const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
  async function signIn(page: Page, { email, password }: { email: string; password: string }) {
    await field(page, 'E-mail').fill(email);
    await field(page, 'Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }
  const settle = async (page: Page, heading: string) =>
    page.getByRole('heading', { name: heading, exact: true }).first().waitFor();
  /** For strangers; under an address that names nobody it is the plain page. */
  async function opensInBrand(address: string) {
    const stranger = await stage.page(address.split('#/')[1], real);
    await settle(stranger, 'Sign in');
    await stranger.getByText('Ring Ring', { exact: true }).waitFor();
    expect(await stranger.getByText('Voxbox', { exact: true }).isVisible()).toBe(false);
    await look(stranger, 'sign-in-brand');
    await stranger.context().close();
    const other = await stage.page('sign-in?brand=nobody', real);
    await other.getByText('Voxbox', { exact: true }).waitFor();
    await other.context().close();
  }

  it('is nobody until the owner opens the link that the engine printed', async () => {
    const stranger = await stage.page('desk', real);
    await settle(stranger, 'This box has no owner yet');
    await stranger.context().close();
    const page = await stage.page(`welcome/${makeEntrance(stage.box).token}`, real);
    await settle(page, 'Welcome');
    await page.getByRole('button', { name: 'Make my account' }).click();
    await page.getByText('Enter your name.').waitFor();
    expect(await page.locator('input:focus').getAttribute('autocomplete')).toBe('name');
    await field(page, 'Your name').fill(olga.name);
    await field(page, 'E-mail').fill(olga.email);
    await field(page, 'Password').fill('short');
    await field(page, 'Password').blur();
    await page.getByText('At least 10 characters, please.').waitFor();
    await look(page, 'welcome');
    await field(page, 'Password').fill(olga.password);
    await page.keyboard.press('Control+s');
    await settle(page, 'Set up a business');
    await page.goto(`${stage.address}#/desk`);
    await page.reload();
    await settle(page, 'Desk');
    await page.context().close();
  });

  it('signs in, is told what is wrong, and signs out', async () => {
    const page = await stage.page('desk', real);
    await settle(page, 'Sign in');
    await signIn(page, { ...olga, password: 'something else' });
    await page.getByText('The e-mail address, the password or the code is wrong').waitFor();
    await look(page, 'sign-in-refused');
    expect(await field(page, 'Password').inputValue()).toBe('something else');
    await signIn(page, olga);
    await settle(page, 'Desk');
    await page.getByRole('link', { name: 'My account: Olga Owner' }).click();
    await settle(page, 'My account');
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await settle(page, 'Sign in');
    await page.context().close();
  });

  it('sets up an app for codes, and gets in with it', async () => {
    const page = await stage.page('settings/account', real);
    await signIn(page, olga);
    await page.getByRole('button', { name: 'Set up an app' }).click();
    await page.getByRole('img', { name: 'QR code for the app' }).waitFor();
    const secret = (await page.locator('.by-hand .mono').innerText()).replaceAll(' ', '');
    await look(page, 'totp');
    await field(page, 'Code that the app shows now').fill(codeNow(secret));
    await field(page, 'Your password').fill(olga.password);
    await page.getByRole('button', { name: 'Turn it on' }).click();
    await page.getByText('Keep these codes in a safe place.').waitFor();
    const [recovery = ''] = await page.locator('.codes li').allInnerTexts();
    await look(page, 'recovery-codes');
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await signIn(page, olga);
    await settle(page, 'One more step');
    await look(page, 'code');
    await field(page, 'Code').fill(recovery);
    await page.getByRole('button', { name: 'Continue' }).click();
    await settle(page, 'My account');
    await page.getByRole('button', { name: 'Do without the app' }).click();
    await field(page, 'Your password').fill(olga.password);
    await page.getByRole('button', { name: 'Do without the app' }).click();
    await page.getByRole('button', { name: 'Set up an app' }).waitFor();
    await look(page, 'account');
    await page.context().close();
  });

  it('invites somebody, who joins and sees what they may', async () => {
    const page = await stage.page('settings/users', real);
    await signIn(page, olga);
    await settle(page, 'Users');
    await page.getByRole('button', { name: 'Invite somebody' }).click();
    await field(page, 'E-mail').fill('ann');
    await field(page, 'E-mail').blur();
    await page.getByText('That is no e-mail address.').waitFor();
    await field(page, 'E-mail').fill('ann@example.com');
    await look(page, 'invite');
    await page.keyboard.press('Control+s');
    const told = page.getByRole('group', { name: 'Hand this link to ann@example.com' });
    const link = await told.locator('.mono').innerText();
    await look(page, 'users');

    const ann = await stage.page(link.split('#/')[1], real);
    await settle(ann, 'Join Bright Smile');
    await look(ann, 'invitation');
    await field(ann, 'Your name').fill('Ann Member');
    await field(ann, 'Password').fill('ten letters or more');
    await ann.getByRole('button', { name: 'Join' }).click();
    await settle(ann, 'Desk');
    const rail = ann.getByRole('navigation', { name: 'Pages' });
    expect(await rail.getByRole('link').allInnerTexts()).not.toContain('Agent');
    await ann.goto(`${stage.address}#/settings/users`);
    await ann.getByText('Choose what to set up or look at.').waitFor();
    expect(await ann.getByRole('link', { name: 'Users', exact: true }).count()).toBe(0);
    await page.getByText('ann@example.com · Member').waitFor();

    await page.getByRole('button', { name: 'Remove Ann Member' }).first().click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await ann.getByText('You belong to no business yet').waitFor();
    await ann.context().close();
    await page.context().close();
  });

  it('keeps what was typed when the session ends', async () => {
    const page = await stage.page('settings/tokens', real);
    await signIn(page, olga);
    await page.getByRole('button', { name: 'Make a token' }).click();
    await field(page, 'What it is for').fill('Website');
    const user = stage.box.users.findByEmail(olga.email);
    stage.box.sessions.endOthers(user?.id ?? '', null);
    await settle(page, 'Sign in');
    await signIn(page, olga);
    await page.getByRole('button', { name: 'Make a token' }).click();
    expect(await field(page, 'What it is for').inputValue()).toBe('Website');
    await page.getByRole('checkbox', { name: 'Read analytics' }).check();
    await look(page, 'token-form');
    await page.keyboard.press('Control+s');
    const told = page.getByRole('group', { name: 'The token Website' });
    expect(await told.locator('.mono').innerText()).toMatch(/^vbx_/);
    await told.getByRole('button', { name: 'Done' }).click();
    await page.getByText('Made by Olga Owner · 1 right').waitFor();
    await look(page, 'tokens');
    await page.getByRole('button', { name: 'Revoke Website' }).click();
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByText('Revoked').waitFor();
    await page.goto(`${stage.address}#/settings/business`);
    const name = page.getByLabel('Name of the business');
    await name.fill('Brighter Smile');
    stage.box.sessions.endOthers(user?.id ?? '', null);
    await settle(page, 'Sign in');
    await signIn(page, olga);
    await expect.poll(() => name.inputValue()).toBe('Brighter Smile');
    await page.context().close();
  });

  it('shows what was done, and that nobody changed it', async () => {
    const page = await stage.page('settings/audit', real);
    await signIn(page, olga);
    await page.getByRole('cell', { name: 'token.revoke' }).waitFor();
    await page.getByRole('button', { name: 'Check the log' }).click();
    await page.getByText(/All \d+ entries are as they were written\./).waitFor();
    await look(page, 'audit');
    await page.getByRole('searchbox', { name: 'Search what' }).fill('member.');
    await page.getByRole('cell', { name: 'token.revoke' }).waitFor({ state: 'detached' });
    await page.getByRole('cell', { name: 'member.invite' }).waitFor();
    await page.context().close();
  });

  it('is a reseller, who acts as a business under a banner', async () => {
    const { box } = stage;
    const page = await stage.page('settings/users', real);
    await signIn(page, olga);
    await page.getByRole('button', { name: 'Invite to the box' }).click();
    await field(page, 'E-mail').fill('rita@example.com');
    await page.getByRole('radio', { name: /^Reseller/ }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    const link = await page
      .getByRole('group', { name: /Hand this link/ })
      .locator('.mono')
      .innerText();
    await page.context().close();

    const rita = await stage.page(link.split('#/')[1], real);
    await field(rita, 'Your name').fill('Rita Reseller');
    await field(rita, 'Password').fill('ten letters or more');
    await rita.getByRole('button', { name: 'Join' }).click();
    // Nothing is theirs yet: the list says what to do.
    await settle(rita, 'Businesses');
    await rita.getByText('No business yet').waitFor();
    await look(rita, 'businesses-none');
    await rita.getByRole('button', { name: 'Add a business' }).click();
    await field(rita, 'Name').fill('Corner Bakery');
    await field(rita, 'E-mail of its owner').fill('bea@example.com');
    await rita.getByLabel('Profession').selectOption('restaurant');
    await look(rita, 'business-form');
    await rita.keyboard.press('Control+s');
    await rita.getByRole('group', { name: 'Hand this link to bea@example.com' }).waitFor();
    await look(rita, 'business-made');
    await rita.getByRole('button', { name: 'Suspend Corner Bakery' }).waitFor();
    await rita.getByRole('button', { name: 'Done' }).click();
    await rita.getByRole('button', { name: 'Add a business' }).click();
    await field(rita, 'Name').fill('Second Bakery');
    await rita.getByLabel('Made like').selectOption({ label: 'Corner Bakery' });
    await rita.getByLabel('Profession').waitFor({ state: 'detached' });
    await look(rita, 'business-like');
    await rita.keyboard.press('Control+s');
    await rita.getByRole('button', { name: 'Suspend Second Bakery' }).waitFor();
    const second = box.tenants.findBySlug('second-bakery')?.id ?? '';
    const { profession, greeting } = box.tenant(second).profile().profile;
    expect([profession, greeting]).toEqual(['restaurant', expect.stringContaining('Second Bakery')]);
    box.resellers.assign(tenantId, box.users.findByEmail('rita@example.com')?.id ?? null);
    await rita.reload();
    await rita.getByRole('button', { name: 'Act as Bright Smile' }).waitFor();
    const first = rita.getByRole('rowheader').first();
    const byName = rita.getByRole('columnheader', { name: 'Business', exact: true });
    await byName.getByRole('button').click();
    expect(await byName.getAttribute('aria-sort')).toBe('ascending');
    expect(await first.innerText()).toContain('Bright Smile');
    await byName.getByRole('button').click();
    expect(await first.innerText()).toContain('Second Bakery');
    await rita.getByRole('button', { name: 'Suspend Corner Bakery' }).click();
    await rita.getByText('Corner Bakery is suspended').waitFor();
    await look(rita, 'businesses');
    await rita.getByRole('button', { name: 'Undo' }).click();
    await rita.getByRole('button', { name: 'Suspend Corner Bakery' }).waitFor();
    await rita.getByRole('button', { name: 'Change your brand' }).click();
    await field(rita, 'Name').fill('Ring Ring');
    await field(rita, 'Colour').fill('#7a1fa2');
    await rita.keyboard.press('Control+s');
    await rita.getByText('Ring Ring').first().waitFor();
    await rita.getByRole('button', { name: 'Change your brand' }).click();
    const signInPage = await rita.getByText('#/sign-in?brand=').innerText();
    await look(rita, 'brand-form');
    await rita.getByRole('button', { name: 'Close', exact: true }).click();
    await opensInBrand(signInPage);
    await rita.getByRole('button', { name: 'Act as Bright Smile' }).click();
    await rita.getByRole('button', { name: 'Act as this business' }).click();
    await rita.getByText('You act as Bright Smile.').waitFor();
    await settle(rita, 'Desk');
    await look(rita, 'acting');
    await rita.getByRole('button', { name: 'Stop' }).click();
    await settle(rita, 'Businesses');
    await rita.context().close();
  });

  it('complained of nothing meanwhile', () => {
    expect(stage.complaints).toEqual([]);
  });
});
