import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sarahMiller } from '../caller/caller.ts';
import type { EngineProcess } from '../caller/engine-process.ts';
import { Scene } from '../caller/scene.ts';
import { emptyPage, launchBrowser } from './browser.ts';
import { engineStageMissing } from './engine-stage.ts';
import { lensTo } from './look.ts';
import { owner } from './owner-cookie.ts';
import { typeTalk } from './typed-talk.ts';

const missing = await engineStageMissing();
const lens = lensTo('setup');

describe.skipIf(missing)(`the first run, from the engine's link to a test call${missing}`, () => {
  const scene = new Scene();
  let engine: EngineProcess;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    engine = await scene.engine();
    const browser = await launchBrowser();
    scene.after(() => browser.close());
    page = await emptyPage(browser, complaints, { timezoneId: 'America/New_York' });
    // This browser has no microphone: the talk is typed.
    await page.addInitScript(
      `Object.defineProperty(navigator.mediaDevices, 'getUserMedia', {
        value: () => Promise.reject(new DOMException('no', 'NotFoundError')),
      })`,
    );
  });
  afterAll(() => scene.end());

  const look = (name: string): Promise<void> => lens.look(page, name);
  const step = (name: string) =>
    page.getByRole('heading', { name: new RegExp(`^${name}`), level: 2 }).waitFor();
  const next = () => page.getByRole('button', { name: 'Next', exact: true }).click();

  it('makes the owner, the business and a booking in a few minutes', async () => {
    const beganMs = performance.now();
    await page.goto(`${engine.http}/#/welcome/${engine.token}`);
    await page.getByLabel('Your name').fill(owner.name);
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password', { exact: true }).fill(owner.password);
    await page.getByRole('button', { name: 'Make my account' }).click();

    await step('Business');
    await next();
    await page.getByText('Give the business a name.').waitFor();
    await page.getByText('Choose what the business does').waitFor();
    await page.getByLabel('Name of the business').fill('Harbour Dental');
    await page.getByRole('radio', { name: 'Dentist' }).check();
    await look('business');
    // What is typed survives a reload.
    await page.reload();
    await expect.poll(() => page.getByLabel('Name of the business').inputValue()).toBe('Harbour Dental');
    await next();

    await step('Opening hours');
    await page.getByLabel('Monday, closes at').fill('08:00');
    await page.getByText('It must close after it opens.').waitFor();
    await page.getByRole('button', { name: 'Create the business' }).click();
    await page.getByLabel('Monday, closes at').fill('18:30');
    await page.getByLabel('Open on Saturday').uncheck();
    await look('hours');
    await page.getByRole('button', { name: 'Create the business' }).click();

    await step('Voice');
    await page.getByText('Harbour Dental is there.').waitFor();
    await page
      .getByRole('button', { name: /Listen|Play/ })
      .first()
      .click();
    await page.getByRole('button', { name: /^Stop/ }).first().waitFor();
    await look('voice');
    await next();

    await step('Phone number');
    await page.getByLabel('Phone number that leads to it').fill('12345');
    await next();
    await page.getByText('Write the number with +').waitFor();
    await page.getByLabel('Phone number that leads to it').fill('+1 202 555 0188');
    await next();

    await step('Calendar');
    await look('calendar');
    await page.getByRole('radio', { name: 'It is booked at once' }).waitFor();
    await page.getByRole('button', { name: 'Connect a calendar' }).waitFor();
    await next();

    await step('Knowledge');
    await page.locator('input[type=file]').setInputFiles({
      ...{ name: 'house.md', mimeType: 'text/markdown' },
      buffer: Buffer.from('# Parking\n\nYou can park behind the house, and it is free for two hours.\n'),
    });
    await page.getByText('One source is known.').waitFor();
    await look('knowledge');
    await next();

    await step('Talk now');
    await page.getByRole('button', { name: 'Talk now' }).last().click();
    const talk = page.getByRole('region', { name: /^Talk with/ });
    const persona = sarahMiller({ zone: 'America/New_York' });
    await typeTalk(page, {
      ...{ talk, persona },
      onLine: async (lines) => {
        if (lines === 3) await look('talk');
      },
    });
    expect(await talk.textContent()).toContain('Sarah Miller');
    console.info(
      `from the link to the end of the test call: ${Math.round((performance.now() - beganMs) / 1000)} s`,
    );
    await page.getByRole('button', { name: 'Open the desk' }).click();
    await page.getByRole('heading', { name: 'Desk', level: 1 }).waitFor();

    const cookies = await page.context().cookies();
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const answer = await fetch(`${engine.http}/api/v1/tenants`, { headers: { cookie } });
    const { tenants } = (await answer.json()) as {
      tenants: { name: string; numbers: { number: string }[] }[];
    };
    expect(tenants.find(({ name }) => name === 'Harbour Dental')?.numbers).toMatchObject([
      { number: '+12025550188' },
    ]);
    expect(complaints).toEqual([]);
  }, 400_000);
});
