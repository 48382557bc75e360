import type { Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TenantStore } from '../../engine/store/index.ts';
import { hasBrowser, withBrowser } from './browser.ts';
import { type FullPractice, fullPractice } from './full-practice.ts';
import { leave } from './left-things.ts';
import { SetClock } from './practice.ts';
import { Stage } from './stage.ts';

/** What people do while the box is still at what they asked for. */
describe.skipIf(!hasBrowser)(withBrowser('answers that come late'), () => {
  const clock = new SetClock();
  let stage: Stage;
  let full: FullPractice;
  let store: TenantStore;
  let page: Page;

  beforeAll(async () => {
    stage = new Stage({ clock });
    full = await fullPractice(stage, clock);
    store = full.store;
    await stage.open();
  });
  afterAll(() => stage.close());
  afterEach(async () => {
    await page.context().close();
    expect(stage.complaints.splice(0)).toEqual([]);
  });

  /** Holds the next such request back, and no further one. @param answer in place of the box's own */
  async function held(method: string, path: RegExp, answer = (route: Route) => route.continue()) {
    const come = Promise.withResolvers<Route>();
    const go = Promise.withResolvers<void>();
    let isHeld = false;
    await page.route(path, async (route) => {
      if (isHeld || route.request().method() !== method) return route.fallback();
      isHeld = true;
      come.resolve(route);
      await go.promise;
      await answer(route);
    });
    return { come: come.promise, go: go.resolve };
  }
  const json =
    (body: object, status = 200) =>
    (route: Route) =>
      route.fulfill({ status, json: body });
  const refuse = json({ error: { code: 'unexpected', message: 'That went wrong.', help: '' } }, 500);

  it('a note on a caller: what is typed while it is being saved is saved next', async () => {
    page = await stage.page(`callers/${full.caller}`);
    const note = page.getByLabel('Note', { exact: true });
    await note.fill('Prefers to be called Mary.');
    const saving = await held('PATCH', /\/callers\//);
    await page.keyboard.press('Control+s');
    await saving.come;
    await page.keyboard.type(' Afraid of needles.');
    saving.go();
    await expect.poll(() => store.callers.find(full.caller)?.note).toBe('Prefers to be called Mary.');
    await page.getByText('It is saved when you leave the field.').waitFor();
    expect(await note.inputValue()).toBe('Prefers to be called Mary. Afraid of needles.');
    await note.blur();
    await page.getByText('Saved.').waitFor();
    expect(store.callers.find(full.caller)?.note).toBe('Prefers to be called Mary. Afraid of needles.');
  });

  it('what came of a message: what is typed stays while the list is fetched anew', async () => {
    page = await stage.page('inbox');
    await page.getByRole('button', { name: /^Assign or note: New patient/ }).click();
    await page.getByLabel('What came of it').fill('Called back at 3');
    leave(store, { title: 'Message', customerName: 'Ida Jost' });
    await page.locator('[data-id]').getByText('Ida Jost').waitFor();
    expect(await page.getByLabel('What came of it').inputValue()).toBe('Called back at 3');
  });

  it('something done by a slip is undone once, however often that is pressed', async () => {
    page = await stage.page('inbox');
    const row = page.locator('[data-id]').filter({ hasText: 'Tom Becker' });
    await row
      .getByRole('button', { name: /^Done: |done/i })
      .first()
      .click();
    await page.getByText('“Order for pick-up” is done.').waitFor();
    // The list is fetched anew before the undo is over.
    const listing = await held('GET', /\/submissions\?.*status=open/);
    await page.keyboard.press('u');
    await listing.come;
    await page.keyboard.press('u');
    listing.go();
    await page.getByText('“Order for pick-up” is done.').waitFor({ state: 'detached' });
    await expect.poll(() => row.getAttribute('class')).not.toContain('done');
    const open = store.submissions.list({ status: 'open', limit: 20 }).map((one) => one.customerName);
    expect(open).toContain('Tom Becker');
  });

  it('an outcome that is refused is not shown', async () => {
    page = await stage.page(`calls/${full.callId}`);
    const outcome = page.getByLabel('What became of it');
    await expect.poll(() => outcome.inputValue()).toBe('booked');
    const refused = await held('POST', /\/complete/, refuse);
    await outcome.selectOption('answered');
    await refused.come;
    refused.go();
    await page.getByText('That went wrong.').waitFor();
    expect(await outcome.inputValue()).toBe('booked');
  });

  it('a note on a call: what is typed while it is being saved stays', async () => {
    page = await stage.page(`calls/${full.callId}`);
    await page.getByLabel('New note').fill('Rang twice.');
    const saving = await held('POST', /\/notes/);
    await page.getByRole('button', { name: 'Add note' }).click();
    await saving.come;
    await page.getByLabel('New note').fill('Wants a Friday.');
    saving.go();
    await page.getByText('Rang twice.').waitFor();
    await page.getByRole('button', { name: 'Add note' }).waitFor();
    expect(await page.getByLabel('New note').inputValue()).toBe('Wants a Friday.');
  });

  it('what cannot be undone is not called off once it has begun', async () => {
    page = await stage.page(`callers/${full.caller}`);
    await page.getByRole('button', { name: 'Forget this caller…' }).click();
    const field = page.getByLabel(/^To confirm/);
    await field.fill(full.caller.slice(-4));
    const forgetting = await held('POST', /\/forget/, refuse);
    await field.press('Enter');
    await forgetting.come;
    await page.keyboard.press('Escape');
    expect(await page.getByRole('button', { name: 'Keep' }).isDisabled()).toBe(true);
    forgetting.go();
    await page.getByText('That went wrong.').waitFor();
  });

  it('a business is made once: nobody goes back while it is being made', async () => {
    page = await stage.page('setup');
    await page.getByLabel('Name of the business').fill('Corner Café');
    await page.getByRole('radio', { name: 'Any business' }).check();
    await page.getByRole('button', { name: 'Next' }).click();
    const making = await held('POST', /\/tenants$/);
    await page.getByRole('button', { name: 'Create the business' }).click();
    await making.come;
    expect(await page.getByRole('button', { name: 'Back' }).isDisabled()).toBe(true);
    expect(await page.locator('.step:enabled').count()).toBe(0);
    making.go();
    await page.getByText('Corner Café is there.').waitFor();
  });

  describe('on the page of the agent', () => {
    const version = (number: number) => ({
      ...{
        number,
        atMs: clock.nowMs() - 1000 * (10 - number),
        by: `Person ${number}`,
        note: `Note ${number}`,
      },
      ...{ origin: 'published', rehearsal: null },
    });

    it('the version that was chosen last is the one that is shown', async () => {
      page = await stage.page('inbox');
      const answered = Promise.withResolvers<void>();
      await page.route(/\/agent-versions\?/, json({ versions: [3, 2, 1].map(version) }));
      await page.route(/\/agent-versions\/\d/, async (route) => {
        const number = Number(/versions\/(\d)/.exec(route.request().url())?.[1]);
        if (number === 2) await answered.promise;
        const agent = await page.request.get(
          `${stage.address}api/v1/tenants/${full.practice.tenant.id}/agent`,
        );
        const { live } = ((await agent.json()) as { agent: { live: { document: object } } }).agent;
        await route.fulfill({ json: { version: { ...version(number), document: live.document } } });
      });
      await page.evaluate(`location.hash = '#/agent'`);
      await page.getByRole('button', { name: 'Compare version 2' }).click();
      const late = page.waitForResponse(/agent-versions\/2/);
      const one = page.getByRole('button', { name: 'Compare version 1' });
      await one.click();
      await expect.poll(() => one.getAttribute('aria-expanded')).toBe('true');
      answered.resolve();
      await (await late).finished();
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');
      expect(await one.getAttribute('aria-expanded')).toBe('true');
    });

    it('the rule that was chosen last is the one that holds', async () => {
      page = await stage.page('agent');
      const closed = page.getByLabel('Outside the opening hours');
      const before = await closed.inputValue();
      const sent: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'PUT') sent.push(request.postDataJSON().kind);
      });
      const first = await held('PUT', /\/closed/);
      const kinds = await closed
        .locator('option')
        .evaluateAll((all: { value: string }[]) => all.map(({ value }) => value));
      const other = kinds.find((kind) => kind !== before) ?? '';
      await closed.selectOption(other);
      await first.come;
      await closed.selectOption(before);
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');
      expect(sent).toEqual([other]);
      first.go();
      await expect.poll(() => sent).toEqual([other, before]);
      await expect.poll(() => closed.inputValue()).toBe(before);
    });

    it('a line that is typed while the agent thinks is the next one', async () => {
      page = await stage.page('agent');
      const field = page.getByLabel('What the caller says');
      await field.fill('Hello?');
      const said = await held(
        'POST',
        /\/rehearsal\/try/,
        json({ lines: [{ by: 'agent', text: 'Good day to you.' }], there: [] }),
      );
      await page.keyboard.press('Enter');
      await said.come;
      await field.fill('Are you open today?');
      said.go();
      await page.getByText('Good day to you.').waitFor();
      expect(await field.inputValue()).toBe('Are you open today?');
    });

    it('a skill is what was checked, and is not called off meanwhile', async () => {
      page = await stage.page('agent');
      await page.getByRole('button', { name: 'Add a skill' }).click();
      const text = page.getByLabel('The skill as a JSON document');
      const checking = await held('POST', /\/skill-check/);
      await page.getByRole('button', { name: 'Put into the draft' }).click();
      await checking.come;
      expect(await text.isEditable()).toBe(false);
      expect(await page.locator('.editor').getByRole('button', { name: 'Cancel' }).isDisabled()).toBe(true);
      checking.go();
      await page.getByRole('switch', { name: /^Gift card/ }).waitFor();
    });
  });
});
