import { DateTime } from 'luxon';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ApiOptions } from '../../engine/api/index.ts';
import { type CalendarSync, startCalendarSync } from '../../engine/calendar/index.ts';
import { silentLog, systemClock, systemIds } from '../../engine/foundation/index.ts';
import type { TenantStore } from '../../engine/store/index.ts';
import { freePort } from '../interop/peers/program.ts';
import { Radicale, radicaleMissing } from '../interop/peers/radicale.ts';
import { browserMissing } from './browser.ts';
import { lensTo } from './look.ts';
import { Stage } from './stage.ts';

const zone = 'America/New_York';
const [emily, daniel] = ['Dr. Emily Carter', 'Dr. Daniel Osei'];
const { look } = lensTo('calendars');

/** The Monday after next: nothing of it has begun, whenever the test runs. */
const monday = DateTime.now().setZone(zone).startOf('week').plus({ weeks: 2 });
const utc = (hour: number, minute = 0): string =>
  monday.set({ hour, minute }).toUTC().toFormat("yyyyMMdd'T'HHmmss'Z'");
const lasting = (summary: string, from: number, to: number): string =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', 'BEGIN:VEVENT', `UID:${summary}`],
    ...['DTSTAMP:20260101T000000Z', `DTSTART:${utc(from)}`, `DTEND:${utc(to)}`, `SUMMARY:${summary}`],
    ...['END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n');

const missing = browserMissing || radicaleMissing;

describe.skipIf(missing)(`calendars elsewhere${missing}`, () => {
  let radicale: Radicale;
  const parts: { -readonly [K in keyof ApiOptions]?: ApiOptions[K] } = {};
  let stage: Stage;
  let store: TenantStore;
  let sync: CalendarSync;
  let hers: string;
  let page: Page;

  beforeAll(async () => {
    radicale = new Radicale(await freePort());
    await radicale.start();
    hers = await radicale.makeCalendar('private');
    await radicale.makeCalendar('holidays');
    stage = new Stage({ clock: systemClock, parts });
    const { id } = stage.box.tenants.create({
      ...{ name: 'Bright Smile Dental', industry: 'healthcare', timeZone: zone },
      numbers: [{ number: '+12025550100' }],
      services: [{ name: 'Check-up', durationMinutes: 30, priceMinor: 12_000, currency: 'USD' }],
      hours: ([1, 2, 3, 4, 5] as const).map((weekday) => ({ weekday, fromMinute: 540, toMinute: 1020 })),
      staff: [{ name: emily }, { name: daniel }],
    });
    store = stage.box.tenant(id);
    const stores = () => [store];
    sync = startCalendarSync({
      ...{ stores, clock: systemClock, ids: systemIds, log: silentLog },
      everyMs: 1000,
    });
    parts.calendars = sync;
    stage.box.onEvent(({ type }) => {
      if (type.startsWith('appointment.')) sync.nudge(id);
    });
    await stage.open();
    page = await stage.page(calendar, { atPracticeDay: false });
  });

  afterAll(async () => {
    await sync?.stop();
    await stage?.close();
    await radicale?.close();
  });

  afterEach(() => {
    expect(stage.complaints.splice(0)).toEqual([]);
  });

  const calendar = `calendar?day=${monday.toFormat('yyyy-MM-dd')}`;
  const go = (path: string) => page.goto(`${stage.address}#/${path}`);
  const writtenThere = async () => [...(await radicale.events(hers)).values()].join('\n');
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const busy = (title: string) => button(new RegExp(`^${title}, `));

  it('are found and connected, and say in words what is wrong', async () => {
    await page.getByRole('link', { name: 'Connect a calendar' }).click();
    const form = page.getByRole('form', { name: 'Connect a calendar' });
    const find = form.getByRole('button', { name: 'Find calendars' });
    await form.getByLabel('Where the calendar is').selectOption('Apple iCloud');
    expect(await form.getByLabel('Address of the server').count()).toBe(0);
    await form.getByLabel('Where the calendar is').selectOption('Another CalDAV server');
    await find.click();
    await form.getByText('Write the address of the server').waitFor();
    await form.getByLabel('Address of the server').fill(radicale.address);
    await form.getByLabel('User').fill(radicale.user);
    await form.getByLabel('Password').fill('something else');
    await find.click();
    await form.getByText('stands in your own network').waitFor();
    await form.getByLabel('It is in my own network').check();
    await find.click();
    await form.getByText('The calendar server refuses').waitFor();
    await look(page, 'refused');
    await form.getByLabel('Password').fill(radicale.password);
    await form.getByLabel('Password').press('Control+s');
    await form.getByText('2 calendars found. Choose one:').waitFor();
    await form.getByRole('button', { name: 'Connect' }).click();
    await form.getByText('Choose a calendar.').waitFor();
    await form.getByRole('radio', { name: 'Calendar of private' }).check();
    await form.getByLabel('Whose calendar it is').selectOption(emily);
    await look(page, 'found');
    await form.getByRole('button', { name: 'Connect' }).click();
    await page.getByText(`${emily} · ${radicale.user} at 127.0.0.1`).waitFor();
    await page.getByText('In step.').waitFor();
    // It is brought into step again every second.
    await expect
      .poll(() => store.calendarLinks.list())
      .toMatchObject([{ name: 'Calendar of private', calendar: hers, state: 'ok' }]);
  });

  it('keep busy what stands in them, at once and for their member of staff alone', async () => {
    await radicale.put(`${hers}school.ics`, lasting('School', 10, 11));
    await button('Sync now: Calendar of private').click();
    await page.getByText('1 busy time').waitFor();
    await go(calendar);
    await busy('School').waitFor();
    expect(await busy('School').getAttribute('title')).toContain('10:00 AM – 11:00 AM');
    expect(
      await page
        .getByRole('list', { name: new RegExp(emily) })
        .getByText('School')
        .count(),
    ).toBe(1);
    await radicale.put(`${hers}dentist.ics`, lasting('Own dentist', 15, 16));
    await busy('Own dentist').waitFor();
    await look(page, 'week');
  });

  it('are not booked onto, and the page says why', async () => {
    await page.keyboard.press('b');
    await page.getByLabel('With').selectOption(emily);
    await page.getByLabel('Day', { exact: true }).fill(monday.toFormat('yyyy-MM-dd'));
    const offered = (time: string) => page.getByRole('button', { name: time, exact: true });
    await offered('9:30 AM').waitFor();
    await expect.poll(() => offered('10:00 AM').count()).toBe(0);
    await offered('9:30 AM').click();
    await page.getByLabel('Name of the customer').fill('Grace Kim');
    await page.getByLabel('Phone number').fill('+12025550177');
    await page.keyboard.press('Control+s');
    await page.getByText(/^Grace Kim is booked/).waitFor();
    const block = button(/^Grace Kim, /);
    await block.focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await page.getByText('The nearest free times:').waitFor();
    const [appointment] = store.appointments.list({ limit: 1 });
    expect(appointment?.startsAtMs).toBe(monday.set({ hour: 9, minute: 30 }).toMillis());
  });

  it('get what is booked here', async () => {
    await expect.poll(writtenThere, { timeout: 20_000 }).toContain('Grace Kim');
    expect(await writtenThere()).toContain(`DTSTART:${utc(9, 30)}`);
  });

  it('are tried again when their server is back, and nothing is forgotten meanwhile', async () => {
    await radicale.stop();
    await page.getByRole('link', { name: '1 calendar does not sync' }).click();
    await page.getByText('Its server does not answer.').waitFor();
    await page.getByText('still keeps its times from being booked').waitFor();
    await look(page, 'away');
    await radicale.start();
    await button('Sync now: Calendar of private').click();
    await page.getByText('In step.').waitFor();
  });

  it('leave their times when they are disconnected, and keep what was written to them', async () => {
    await button('Disconnect Calendar of private').click();
    await button('Keep it').click();
    await button('Disconnect Calendar of private').click();
    await page.getByText('What was written to it stays there').waitFor();
    await button('Disconnect').last().click();
    await page.getByText('No calendar is connected').waitFor();
    await go(calendar);
    await button(/^Grace Kim, /).waitFor();
    await page.getByRole('link', { name: 'Connect a calendar' }).waitFor();
    expect(await busy('School').count()).toBe(0);
    expect(await writtenThere()).toContain('Grace Kim');
  });
});
