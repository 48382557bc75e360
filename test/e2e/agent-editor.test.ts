import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { methods } from '../../engine/api/contract/index.ts';
import { Scene } from '../caller/scene.ts';
import { type EngineStage, engineStageMissing, startEngineStage } from './engine-stage.ts';
import { lensTo } from './look.ts';

const missing = await engineStageMissing();
const { look } = lensTo('page');
/** A rehearsal of a profession on a small box. */
const rehearsed = { timeout: 180_000 };

describe.skipIf(missing)(`the agent editor${missing}`, { timeout: 300_000 }, () => {
  const scene = new Scene();
  let stage: EngineStage;

  const agent = async () =>
    methods['agent.read'].answer.parse(await (await stage.ask('agent.read')).json()).agent;

  async function openPage(): Promise<Page> {
    const page = await stage.page('agent');
    await page.getByRole('textbox', { name: 'Greeting' }).waitFor();
    return page;
  }
  const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
  const save = async (page: Page): Promise<void> => {
    await page.keyboard.press('Control+s');
    await page.getByText('Draft saved, not published').waitFor();
  };
  const publish = async (page: Page): Promise<void> => {
    await section(page, 'Publish').getByRole('button', { name: 'Publish', exact: true }).click();
  };

  beforeAll(async () => {
    stage = await startEngineStage(scene);
    await stage.launch();
  });

  afterAll(() => scene.end());

  it('keeps a changed greeting as a draft, shows what differs, and takes it over after a rehearsal', async () => {
    const page = await openPage();
    const before = (await agent()).live.document.greeting;
    await page.getByRole('textbox', { name: 'Greeting' }).fill('');
    await page.getByLabel('Name', { exact: true }).first().focus();
    await page.getByText('Write what a caller hears first').waitFor();
    await page
      .getByRole('textbox', { name: 'Greeting' })
      .fill('Good day, you reached Bright Smile Dental. What can I do for you?');
    expect(await section(page, 'Publish').getByText('Nothing to publish').isVisible()).toBe(true);
    // Another page and back: nothing that was typed is lost.
    await page.getByRole('link', { name: 'Calls', exact: true }).first().click();
    await page.getByRole('link', { name: 'Agent', exact: true }).first().click();
    expect(await page.getByRole('textbox', { name: 'Greeting' }).inputValue()).toContain('Good day');
    await save(page);
    expect((await agent()).live.document.greeting).toBe(before);
    await section(page, 'Publish').locator('ins', { hasText: 'Good day' }).waitFor();

    await section(page, 'Rehearsal').getByRole('button', { name: 'Rehearse' }).click();
    await section(page, 'Rehearsal').getByText('Every caller was served').waitFor(rehearsed);
    await section(page, 'Publish').getByLabel('What changed').fill('A friendlier greeting');
    await publish(page);
    await page.getByText('Version 2 holds from the next call on.').waitFor(rehearsed);
    const { live, draft } = await agent();
    expect(live).toMatchObject({ number: 2, note: 'A friendlier greeting', rehearsal: { failed: [] } });
    expect(live.document.greeting).toContain('Good day');
    expect(live.rehearsal?.total).toBeGreaterThan(10);
    expect(draft).toBeNull();
    await page.context().close();
  });

  it('lets people talk with what is on the screen before it is published', async () => {
    const page = await openPage();
    const greeting = page.getByRole('textbox', { name: 'Greeting' });
    const talk = page.getByRole('region', { name: /^Talk with/ });
    await page.getByRole('button', { name: 'Talk now' }).click();
    await talk.getByText('You talk with the published agent').waitFor();
    const before = (await agent()).live.document.greeting;
    await talk.getByText(before.slice(0, 20)).first().waitFor();
    await page.getByRole('button', { name: 'Close' }).first().click();

    await greeting.fill('');
    await page.getByRole('button', { name: 'Talk now' }).click();
    await page.getByText('Write what a caller hears first').waitFor();
    await talk.waitFor({ state: 'detached' });
    await greeting.fill('Hello, this is only a draft of a greeting.');
    await page.getByRole('button', { name: 'Talk now' }).click();
    await talk.getByText('You talk with the draft').waitFor();
    await talk.getByText('only a draft').first().waitFor();
    const { live, draft } = await agent();
    expect(live.document.greeting).toBe(before);
    expect(draft?.document.greeting).toContain('only a draft');
    await look(page, 'talk-draft');
    await page.context().close();
  });

  it('does not publish a greeting that no caller may hear, names the callers, and takes a reason', async () => {
    const page = await openPage();
    const greeting = 'Thank you for calling. We diagnose every infection over the phone!';
    await page.getByRole('textbox', { name: 'Greeting' }).fill(greeting);
    await save(page);
    await publish(page);
    await section(page, 'Publish').getByText('not served as they must be').waitFor(rehearsed);
    await section(page, 'Publish').getByText('A toothache is seen the same afternoon').waitFor();
    expect((await agent()).live.number).toBe(2);
    const failed = section(page, 'Rehearsal').locator('details', {
      hasText: 'A toothache is seen the same afternoon',
    });
    await failed.first().locator('summary').click();
    await failed.first().getByText('which must not match').first().waitFor();
    await look(page, 'agent-refused');
    await section(page, 'Publish').getByLabel('Publish all the same').fill('Only for a demonstration');
    await section(page, 'Publish').getByRole('button', { name: 'Publish all the same' }).click();
    await page.getByText('Version 3 holds from the next call on.').waitFor(rehearsed);
    const { live } = await agent();
    expect(live.note).toBe('Only for a demonstration');
    expect(live.rehearsal?.failed).toContain('A toothache is seen the same afternoon');
    await page.context().close();
  });

  it('lists the versions, compares them, and restores one as a draft', async () => {
    const page = await openPage();
    const versions = section(page, 'Versions');
    await versions.getByText('Version 3').first().waitFor();
    await versions.getByRole('button', { name: 'Compare version 2' }).click();
    await versions.locator('ins', { hasText: 'diagnose' }).waitFor();
    await look(page, 'agent-versions');
    await versions.getByRole('button', { name: 'Restore version 2' }).click();
    await page.getByText('Version 2 is the draft now.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Greeting' }).inputValue()).toContain('Good day');
    await publish(page);
    await page.getByText('Version 4 holds from the next call on.').waitFor(rehearsed);
    expect((await agent()).live).toMatchObject({ number: 4, note: 'As version 2' });
    await page.context().close();
  });

  it('changes services, hours and questions, and says what is wrong where it is', async () => {
    const page = await openPage();
    const services = section(page, 'Services');
    await services.getByRole('button', { name: 'Add a service' }).click();
    const row = services.locator('[data-service]').last();
    await row.locator('input:focus').waitFor();
    await page.keyboard.type('Mouth guard');
    await row.getByLabel('Minutes').fill('two');
    await row.getByLabel('Price').fill('49.50');
    await page.keyboard.press('Control+s');
    await row.getByText('Between 5 and 1440.').waitFor();
    await row.getByLabel('Minutes').fill('20');
    const hours = section(page, 'Opening hours');
    await hours.getByLabel('Open on Sunday').check();
    await hours.getByLabel('Sunday, opens at').fill('10:00');
    const person = services.locator('[data-staff]').first();
    await person.getByRole('checkbox', { name: /^Hours of/ }).check();
    const own = person.getByRole('group', { name: /^Hours of/ });
    await own.getByLabel('Open on Monday').uncheck();
    await own.getByLabel('Tuesday, closes at').fill('08:00');
    await page.keyboard.press('Control+s');
    await own.getByText('It must close after it opens.').waitFor();
    await own.getByLabel('Tuesday, closes at').fill('13:00');
    await look(page, 'staff-hours');
    await section(page, 'Skills')
      .getByRole('button', { name: /questions? of .*message/i })
      .click();
    await save(page);
    const { draft } = await agent();
    expect(draft?.document.services.at(-1)).toMatchObject({
      ...{ name: 'Mouth guard', durationMinutes: 20, priceMinor: 4950 },
    });
    expect(draft?.document.hours.at(-1)).toMatchObject({ weekday: 7, fromMinute: 600 });
    const [first] = draft?.document.staff ?? [];
    expect(first?.hours.map(({ weekday }) => weekday)).toEqual(expect.not.arrayContaining([1]));
    expect(first?.hours.find(({ weekday }) => weekday === 2)).toMatchObject({ toMinute: 13 * 60 });
    await section(page, 'Publish').getByRole('button', { name: 'Discard the draft' }).click();
    await section(page, 'Publish').getByText('Nothing to publish').waitFor();
    await page.context().close();
  });

  it('takes a skill as JSON, names the line that is wrong, and answers a caller with it', async () => {
    const page = await openPage();
    const skills = section(page, 'Skills');
    await skills.getByRole('button', { name: 'Add a skill' }).click();
    const editor = page.getByLabel('The skill as a JSON document');
    const good = await editor.inputValue();
    await editor.fill(good.replace('"kind": "request"', '"kind": "wish"'));
    await skills.getByRole('button', { name: 'Put into the draft' }).click();
    await skills.getByRole('button', { name: 'Line 4:' }).waitFor();
    await editor.fill(good);
    await skills.getByRole('button', { name: 'Put into the draft' }).click();
    await skills.getByRole('switch', { name: 'Gift card' }).waitFor();
    const tried = section(page, 'Try a line');
    await tried.getByLabel('What the caller says').fill("Hello, I'd like to buy a gift card");
    await tried.getByRole('button', { name: 'Say' }).click();
    await tried.getByText('What amount should it be?').waitFor(rehearsed);
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
    await page.context().close();
  });

  it('is not overwritten by what somebody else does meanwhile', async () => {
    const page = await openPage();
    await page.getByLabel('Instructions').fill('Be brief.');
    const { live, revision } = await agent();
    const body = JSON.stringify({ document: { ...live.document, prompt: 'Be kind.' }, revision });
    const headers = { 'content-type': 'application/json' };
    expect((await stage.ask('agent.save', { method: 'PUT', headers, body })).status).toBe(200);
    await page.keyboard.press('Control+s');
    await page.getByText('Somebody else has changed the draft meanwhile.').waitFor();
    expect(await page.getByLabel('Instructions').inputValue()).toBe('Be brief.');
    await page.getByRole('button', { name: 'Put mine in its place' }).click();
    await page.getByText('Draft saved, not published').waitFor();
    expect((await agent()).draft?.document.prompt).toBe('Be brief.');
    await page.context().close();
  });

  it('complains of nothing', () => {
    expect(stage.complaints).toEqual([]);
  });
});
