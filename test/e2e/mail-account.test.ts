import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bookAppointment, findOpenings, handOverReminders } from '../../engine/calendar/index.ts';
import { systemClock, systemIds } from '../../engine/foundation/index.ts';
import { browserMissing } from './browser.ts';
import { lensTo } from './look.ts';
import { Stage } from './stage.ts';

const { look } = lensTo('mail');
const nowMs = Date.now();
const dayMs = 86_400_000;
/** Far enough ahead for a reminder of a day before. */
const span = { fromMs: nowMs + 3 * dayMs, toMs: nowMs + 10 * dayMs, limit: 1 };

describe.skipIf(browserMissing)(`mail to customers${browserMissing}`, () => {
  const server = new SMTPServer({
    ...{ hideSTARTTLS: true, allowInsecureAuth: true },
    onAuth: ({ username, password }, _, done) => {
      if (username === 'desk@smile.example' && password === 'open sesame') done(null, { user: username });
      else done(new Error('no such user'));
    },
  });
  let stage: Stage;
  let page: Page;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stage = new Stage({ clock: systemClock });
    stage.box.tenants.create({ name: 'Bright Smile Dental', timeZone: 'America/New_York' });
    await stage.open();
    page = await stage.page('settings/calendars');
  });
  afterAll(async () => {
    await stage?.close();
    await new Promise<void>((resolve) => server.close(resolve));
  });

  it('goes out by an account that is set up, tried, put right and forgotten', async () => {
    const { port } = server.server.address() as AddressInfo;
    const button = (name: string) => page.getByRole('button', { name });
    await page.getByText('No e-mail is sent').waitFor();
    await button('Set up e-mail').click();
    const form = page.getByRole('form', { name: 'Set up e-mail' });
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('Write an e-mail address.').waitFor();
    await form.getByLabel('Sender').fill('desk@smile.example');
    await form.getByLabel('Mail server').fill('127.0.0.1');
    await form.getByLabel('Security').selectOption('None');
    expect(await form.getByLabel('Port').inputValue()).toBe('25');
    await form.getByLabel('Port').fill(String(port));
    await form.getByLabel('User').fill('desk@smile.example');
    await form.getByLabel('Password').fill('open sesame');
    await look(page, 'form');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`sends by 127.0.0.1:${port}`).waitFor();

    await button('Send a test e-mail').click();
    await page.getByText('is no server of the public internet').waitFor();
    await button('Change desk@smile.example').click();
    await form.getByLabel('It is in my own network').check();
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await button('Send a test e-mail').click();
    await page.getByText('The server has taken a test e-mail to desk@smile.example.').waitFor();
    await look(page, 'sent');

    await button('Stop sending from desk@smile.example').click();
    await button('Stop sending').last().click();
    await page.getByText('No e-mail is sent').waitFor();
    expect(stage.complaints).toEqual([]);
  });

  it('is not all: whoever has no address stands in the inbox, to be reminded by telephone', async () => {
    const [tenant] = stage.box.tenants.list();
    const store = stage.box.tenant(tenant?.id ?? '');
    const [opening] = findOpenings(
      store,
      { ...span, serviceId: store.profile().services[0]?.id ?? '' },
      systemClock,
    );
    const startsAtMs = opening?.startsAtMs ?? 0;
    bookAppointment(
      store,
      {
        ...{ serviceId: store.profile().services[0]?.id ?? '', startsAtMs, callId: null },
        ...{ customerName: 'Sarah Miller', customerPhone: '+14155550132' },
      },
      { clock: systemClock, ids: systemIds },
    );
    handOverReminders(store, { ...systemClock, nowMs: () => startsAtMs - 3_600_000 });
    await page.goto(`${stage.address}#/inbox`);
    await page.getByRole('heading', { name: 'One customer to remind by telephone' }).waitFor();
    await look(page, 'to-remind');
    await page.getByRole('button', { name: 'Sarah Miller is reminded' }).click();
    await page.getByRole('heading', { name: 'to remind' }).waitFor({ state: 'detached' });
    expect(store.reminders.tasks()).toEqual([]);
    expect(stage.complaints).toEqual([]);
  });
});
