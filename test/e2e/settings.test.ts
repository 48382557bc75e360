import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiOptions } from '../../engine/api/index.ts';
import { defaultDataDir, VoxboxError } from '../../engine/foundation/index.ts';
import { hasBrowser, withBrowser } from './browser.ts';
import { FakeLineDoctor, fakeHealth, fakeLines, fillLines } from './fake-machine.ts';
import { lensTo } from './look.ts';
import { fillPractice, hourMs, nowMs, Practice, SetClock } from './practice.ts';
import { Stage } from './stage.ts';

const { look } = lensTo('settings');
const installed = join(defaultDataDir(), 'models');
const small = 'smart-turn-v3.2';
const hasSmall = existsSync(join(installed, small));

describe.skipIf(!hasBrowser)(withBrowser('the settings of the box'), () => {
  const clock = new SetClock();
  const doctor = new FakeLineDoctor();
  const parts: { -readonly [K in keyof ApiOptions]?: ApiOptions[K] } = {
    health: fakeHealth,
    lineTests: doctor,
    defence: {
      list: () => stage.box.bans.active(nowMs),
      figures: () => ({ dropped: 214, scanners: 190, bansNow: 1, sources: 3 }),
    },
    lines: () => fakeLines(stage.box)(),
    useModel: async (id) => {
      throw new VoxboxError('model_too_large', `${id} needs 2.0 GB of memory and 1.1 GB are free`);
    },
  };
  let stage: Stage;
  let tenantId: string;

  const open = async (section: string, ready: string, options: Parameters<Stage['page']>[1] = {}) => {
    const page = await stage.page(`settings/${section}`, options);
    await page.getByText(ready).first().waitFor();
    return page;
  };
  const row = (page: Page, text: string) => page.locator('li').filter({ hasText: text }).first();

  beforeAll(async () => {
    stage = new Stage({ clock, parts });
    parts.models = {
      modelsDir: join(stage.dataDir, 'models'),
      env: { VOXBOX_MODELS_FROM: installed, VOXBOX_MODEL_SOURCES: 'folder' },
    };
    const practice = new Practice({ box: stage.box, clock, dataDir: stage.dataDir });
    fillPractice(practice);
    tenantId = practice.tenant.id;
    fillLines(stage.box);
    const ban = { reason: 'scanner', count: 2, bannedAtMs: nowMs - hourMs, untilMs: nowMs + 6 * hourMs };
    stage.box.bans.put({ address: '198.51.100.99', ...ban });
    const ha1 = 'a'.repeat(32);
    stage.box.phones.add({ tenantId, username: 'phone-101', ha1, label: 'Reception', extension: '101' });
    const members = ['phone-101', '+12025550155'];
    const group = stage.box.ringGroups.add({ tenantId, name: 'Front desk', members });
    const target = { kind: 'ring-group', target: group.id } as const;
    stage.box.transferTargets.add({ tenantId, name: 'Dr. Emily Carter', aliases: ['the doctor'], ...target });
    await stage.open();
  });

  afterAll(async () => {
    await stage?.close();
  });

  describe('numbers and trunks', () => {
    it('says how each line does, and in which order they are tried', async () => {
      const page = await open('numbers', 'Northern Telecom');
      const carrier = row(page, 'Northern Telecom');
      await carrier.getByText('The carrier refuses the sign-in. No calls arrive.').waitFor();
      await carrier.getByText('What it says: wrong user name or password.').waitFor();
      await row(page, 'PBX in the cellar').getByText('Works: the other side answers.').waitFor();
      const names = () => stage.box.trunks.list().map(({ name }) => name);
      expect(names()).toEqual(['Northern Telecom', 'PBX in the cellar']);
      await page.getByRole('button', { name: 'Try PBX in the cellar earlier' }).click();
      await expect.poll(names).toEqual(['PBX in the cellar', 'Northern Telecom']);
      await row(page, 'PBX in the cellar').getByText('tried first').waitFor();
      await page.getByRole('button', { name: 'Try PBX in the cellar later' }).click();
      await expect.poll(names).toEqual(['Northern Telecom', 'PBX in the cellar']);
      await page.context().close();
    });

    it('asks only for what the carrier needs, and says what is wrong in words', async () => {
      const page = await open('numbers', 'Northern Telecom');
      await page.getByRole('button', { name: 'Add a line' }).click();
      const form = page.getByRole('form', { name: 'Add a line' });
      await form.getByLabel('Carrier or PBX').selectOption({ label: 'Telnyx' });
      expect(await form.getByLabel('Addresses').count()).toBe(0);
      await page.keyboard.press('Control+s');
      await form.getByText('This is needed.').first().waitFor();
      await form.getByLabel('Name', { exact: true }).fill('Telnyx main');
      await form.getByLabel('User name').fill('practice1');
      await form.getByLabel('Password').fill('top-secret-word');
      await form.getByLabel('Caller ID').fill('202 555 0100');
      await form.getByLabel('Caller ID').blur();
      await form.getByText('Write the number with + and the country code, digits only.').waitFor();
      await look(page, 'trunk-form');
      // What is typed survives a look at another page.
      await page.goto(`${stage.address}#/settings/box`);
      await page.getByText('About this box').waitFor();
      await page.goto(`${stage.address}#/settings/numbers`);
      await page.getByRole('button', { name: 'Add a line' }).click();
      expect(await form.getByLabel('User name').inputValue()).toBe('practice1');
      await form.getByLabel('Caller ID').fill('+12025550100');
      await form.getByLabel('Caller ID').press('Control+s');
      await row(page, 'Telnyx main').waitFor();
      const made = stage.box.trunks.list().find(({ name }) => name === 'Telnyx main');
      expect(made).toMatchObject({ preset: 'telnyx', authUsername: 'practice1', callerId: '+12025550100' });
      expect(made?.hasPassword).toBe(true);
      await page.getByRole('button', { name: 'Change the line Telnyx main' }).click();
      await page.getByLabel('Name', { exact: true }).fill('Telnyx');
      await page.getByRole('button', { name: 'Save' }).click();
      await expect.poll(() => stage.box.trunks.list().some(({ name }) => name === 'Telnyx')).toBe(true);
      expect(stage.box.trunks.get(made?.id ?? '')).toMatchObject({
        hasPassword: true,
        authUsername: 'practice1',
      });
      await page.getByRole('button', { name: 'Remove the line Telnyx' }).click();
      await page.getByText('This cannot be undone.').waitFor();
      await page.getByRole('button', { name: 'Remove the line', exact: true }).click();
      await expect.poll(() => stage.box.trunks.list().length).toBe(2);
      await page.context().close();
    });

    it('tests a line while it is watched, and draws the messages', async () => {
      const page = await open('numbers', 'Northern Telecom');
      await page.getByRole('button', { name: 'Test line: Northern Telecom' }).click();
      await page.getByRole('button', { name: 'Start the test' }).click();
      await page.getByText('asking who is registered').last().waitFor();
      doctor.goOn();
      await page.getByText('The line has a fault').first().waitFor();
      await page.getByText('enter the SIP password of the account again').waitFor();
      const ladder = page.getByRole('img', { name: 'Messages between the box and the carrier' });
      expect(await ladder.locator('.label').allTextContents()).toEqual([
        ...['INVITE', '100 Trying (INVITE)', '401 Unauthorized (INVITE)', 'ACK', 'INVITE'],
        '403 Forbidden (INVITE)',
      ]);
      await ladder.scrollIntoViewIfNeeded();
      await look(page, 'line-test');
      await page.context().close();
    });

    it('adds, labels and removes numbers, and takes a slip back', async () => {
      const page = await open('numbers', 'Numbers');
      const find = (number: string) => stage.box.numbers.find(number);
      await page.getByRole('button', { name: 'Add a number' }).click();
      const form = page.getByRole('form', { name: 'Add a number' });
      await form.getByLabel('Number').fill('12025550');
      await form.getByLabel('Label').fill('Emergencies');
      await form.getByText('Write the number with + and the country code').waitFor();
      await form.getByLabel('Number').fill('+1 (202) 555-0111');
      await form.getByRole('button', { name: 'Save' }).click();
      await expect
        .poll(() => find('+12025550111'))
        .toMatchObject({ tenantId, label: 'Emergencies', active: true });
      await page.getByLabel('+1 202 555 0111 is in service').uncheck();
      await expect.poll(() => find('+12025550111')?.active).toBe(false);
      await page.getByLabel('Label of +1 202 555 0111').fill('Night line');
      await page.getByLabel('Label of +1 202 555 0111').press('Tab');
      await expect.poll(() => find('+12025550111')?.label).toBe('Night line');
      await page.getByRole('button', { name: 'Remove +1 202 555 0111' }).click();
      await expect.poll(() => find('+12025550111')).toBeNull();
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect.poll(() => find('+12025550111')).toMatchObject({ label: 'Night line', active: false });
      await page.context().close();
    });

    it('lets in again who was kept out', async () => {
      const page = await open('numbers', '198.51.100.99');
      await page.getByRole('button', { name: 'Let 198.51.100.99 in again' }).click();
      await page.getByText('198.51.100.99 is answered again.').waitFor();
      await page.getByText('Nobody is kept out at present.').waitFor();
      expect(stage.box.bans.find('198.51.100.99')).toBeNull();
      await page.context().close();
    });
  });

  describe('phones and people', () => {
    it('sets a phone up and shows its password once', async () => {
      const page = await open('phones', 'Reception');
      await page.getByRole('button', { name: 'Add a phone' }).click();
      await page.getByLabel('Whose it is').fill('Treatment room');
      await page.getByLabel('Whose it is').press('Control+s');
      const account = page.locator('dl');
      await account.getByText('192.168.1.20').waitFor();
      const values = await account.locator('.mono').allTextContents();
      const made = stage.box.phones.list(tenantId).find(({ label }) => label === 'Treatment room');
      expect(values.slice(0, 3)).toEqual(['192.168.1.20', '5060', made?.username]);
      expect(values[3]?.length).toBeGreaterThan(12);
      await look(page, 'phone-account');
      await page.getByRole('button', { name: 'I have entered it' }).click();
      await page.reload();
      await page.getByText('Treatment room').first().waitFor();
      expect(await page.content()).not.toContain(values[3] ?? 'nothing');
      await page.context().close();
    });

    it('makes ring groups and people, and takes a slip back', async () => {
      const page = await open('phones', 'Dr. Emily Carter');
      await page.getByRole('button', { name: 'Add a ring group' }).click();
      const group = page.getByRole('form', { name: 'Add a ring group' });
      await group.getByLabel('Name').fill('Night');
      await group.getByRole('button', { name: 'Save' }).click();
      await group.getByText('Choose at least one phone, or write a number.').waitFor();
      await group.getByRole('checkbox', { name: /Reception/ }).check();
      await group.getByLabel('How').selectOption({ label: 'One after the other' });
      await group.getByRole('button', { name: 'Save' }).click();
      const groups = () => stage.box.ringGroups.list(tenantId).map(({ name, strategy }) => [name, strategy]);
      await expect.poll(groups).toEqual([
        ['Front desk', 'all'],
        ['Night', 'in-turn'],
      ]);
      await page.getByRole('button', { name: 'Add somebody' }).click();
      const person = page.getByRole('form', { name: 'Add somebody' });
      await person.getByLabel('Name').fill('Billing');
      await person.getByLabel('Reached at').selectOption({ label: 'A number outside' });
      await person.getByLabel('Number').fill('+1 202 555 0160');
      await person.getByRole('button', { name: 'Save' }).click();
      const people = () => stage.box.transferTargets.list(tenantId).map(({ name, target }) => [name, target]);
      await expect.poll(() => people()[0]).toEqual(['Billing', '+12025550160']);
      await page.getByRole('button', { name: 'Remove Billing' }).click();
      await expect.poll(() => people().length).toBe(1);
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect.poll(() => people().length).toBe(2);
      await page.getByRole('searchbox').fill('billing');
      await page.getByText('Nothing matches “billing”.').first().waitFor();
      expect(await page.getByText('Dr. Emily Carter').count()).toBe(0);
      await page.context().close();
    });
  });

  describe('models', () => {
    it('says what is in use, what fits, and what is too slow', async () => {
      const page = await open('models', 'NVIDIA GeForce RTX 4060');
      await row(page, 'moonshine-tiny-en').getByText('In use on the processor').waitFor();
      await row(page, 'qwen3-4b').getByText('Fits the graphics card. Fast enough for calls.').waitFor();
      await row(page, 'mistral-small').getByText('Too slow for calls').waitFor();
      await page.getByRole('searchbox').fill('whisper');
      await expect.poll(() => page.locator('.models li').count()).toBe(1);
      await page.context().close();
    });

    it.skipIf(!hasSmall)(
      hasSmall
        ? 'fetches one, and says in words why it cannot be used'
        : `fetches one (skipped: no ${small} in ${installed})`,
      async () => {
        const page = await open('models', 'NVIDIA GeForce RTX 4060');
        await page.getByRole('button', { name: `Download ${small}` }).click();
        await page.getByRole('button', { name: `Use ${small}` }).click();
        const failed = row(page, small).getByRole('alert');
        await failed.getByText(`${small} needs 2.0 GB of memory and 1.1 GB are free`).waitFor();
        await failed.getByText('Choose a smaller one').waitFor();
        await page.context().close();
      },
    );

    it('says in words why one was not fetched', async () => {
      const page = await open('models', 'NVIDIA GeForce RTX 4060');
      const help = 'Check the connection.';
      await page.route('**/api/v1/models/*/download', (route) =>
        route.fulfill({
          status: 503,
          json: { error: { code: 'x', message: 'No source was reached.', help } },
        }),
      );
      await page.getByRole('button', { name: 'Download silero-vad' }).click();
      await row(page, 'silero-vad').getByRole('alert').getByText(help).waitFor();
      await page.context().close();
    });
  });

  describe('the name, the language and the time zone of the business', () => {
    it('hold at once, and the form says what they change', async () => {
      const page = await open('business', 'Language of the callers');
      const form = page.getByRole('form', { name: 'Name, language and time zone' });
      const zone = form.getByLabel('Time zone');
      const voice = form.getByText('the voice that callers hear, speaks');
      await form.getByLabel('Language of the callers').selectOption({ label: 'English (India)' });
      await voice.waitFor();
      await zone.fill('Mars/Base');
      await form.getByRole('button', { name: 'Save' }).click();
      await form.getByText('This is not a time zone that is known here').waitFor();
      await zone.fill('America/Chicago');
      await form.getByText('What is booked stays at its moment').waitFor();
      await look(page, 'region');
      await form.getByRole('button', { name: 'Save' }).click();
      await form.getByText('Saved.').waitFor();
      const region = { language: 'en-IN', timeZone: 'America/Chicago' };
      const { name: before, slug } = stage.box.tenants.find(tenantId) ?? { name: '', slug: '' };
      expect(stage.box.tenants.find(tenantId)).toMatchObject(region);
      // It is the business's now: there is nothing to be told any more.
      await form.getByText('What is booked stays at its moment').waitFor({ state: 'detached' });
      const name = form.getByLabel('Name of the business');
      await name.fill('');
      await form.getByRole('button', { name: 'Save' }).click();
      await form.getByText('Give the business a name.').waitFor();
      await name.fill('Brighter Smile');
      await form.getByText(`wherever its greeting and instructions say ${before}`).waitFor();
      await look(page, 'name');
      await form.getByRole('button', { name: 'Save' }).click();
      await form.getByText('wherever its greeting').waitFor({ state: 'detached' });
      await page.getByText('Brighter Smile').first().waitFor();
      const { greeting } = stage.box.tenant(tenantId).profile().profile;
      expect([stage.box.tenants.find(tenantId), greeting]).toMatchObject([
        { name: 'Brighter Smile', slug, ...region },
        expect.stringContaining('Brighter Smile'),
      ]);
      stage.box.tenants.rename(tenantId, before, null);
      stage.box.tenants.setRegion(tenantId, { language: 'en-US', timeZone: 'America/New_York' });
      // What was not typed over shows what it became elsewhere.
      await expect.poll(() => name.inputValue()).toBe(before);
      await page.context().close();
    });
  });

  describe('a business that leaves', () => {
    it('is in one file, and is gone for good once its short name was typed', async () => {
      const { box } = stage;
      const { id, slug } = box.tenants.create({ name: 'Corner Barber', timeZone: 'Europe/London' });
      const page = await stage.page('settings/business');
      await page.evaluate((tenant) => localStorage.setItem('voxbox.tenant', tenant), id);
      await page.reload();
      await page.getByRole('button', { name: 'Export this business…' }).click();
      const form = page.getByRole('form', { name: 'Export this business' });
      const passphrase = form.getByLabel('Passphrase for the file');
      await passphrase.fill('short');
      await form.getByRole('button', { name: 'Export', exact: true }).click();
      await form.getByText('Take 10 characters or more.').waitFor();
      await passphrase.fill('ten letters or more');
      await look(page, 'export');
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        form.getByRole('button', { name: 'Export', exact: true }).click(),
      ]);
      expect(file.suggestedFilename()).toBe('corner-barber.voxbox');
      await page.getByText('corner-barber.voxbox is among your downloads.').waitFor();

      await page.getByRole('button', { name: 'Remove this business…' }).click();
      const confirm = page.getByRole('form', { name: 'Remove Corner Barber for good' });
      await confirm.getByRole('textbox').fill('corner');
      await confirm.getByRole('button', { name: 'Remove for good' }).click();
      await confirm.getByText('This is not the short name of the business.').waitFor();
      await look(page, 'remove');
      expect(box.tenants.find(id)).not.toBeNull();
      await confirm.getByRole('textbox').fill(slug);
      const [proof] = await Promise.all([
        page.waitForEvent('download'),
        confirm.getByRole('button', { name: 'Remove for good' }).click(),
      ]);
      expect(proof.suggestedFilename()).toBe('corner-barber-removed.json');
      await confirm.waitFor({ state: 'detached' });
      expect(box.tenants.find(id)).toBeNull();
      // The other business is at hand again.
      await expect
        .poll(() => page.getByLabel('Name of the business').inputValue())
        .toBe(box.tenants.find(tenantId)?.name);
      // And the file brings it back.
      const path = await file.path();
      expect(await box.tenants.restore(path, 'ten letters or more')).toMatchObject({
        id,
        name: 'Corner Barber',
      });
      await box.tenants.remove(id);
      await page.context().close();
    });
  });

  it('shows how the box does, what is wrong, and gives the log', async () => {
    const page = await open('box', 'About this box');
    await page.getByText('The line Northern Telecom does not work: wrong user name or password.').waitFor();
    await page.getByText('Test the line under Numbers & trunks').waitFor();
    await page.getByText('one recording').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download the log' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('voxbox-engine.log');
    await page.context().close();
  });

  it('complains about nothing', () => {
    expect(stage.complaints).toEqual([]);
  });
});
