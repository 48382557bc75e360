import { DateTime } from 'luxon';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, systemIds } from '../../engine/foundation/index.ts';
import type { Appointment, TenantStore } from '../../engine/store/index.ts';
import { hasBrowser, withBrowser } from './browser.ts';
import { lensTo } from './look.ts';
import { Stage } from './stage.ts';

const zone = 'America/New_York';
const minuteMs = 60_000;
const { look } = lensTo('page');
const [emily, daniel] = ['Dr. Emily Carter', 'Dr. Daniel Osei'];

/** The Monday after next: nothing of it has begun, whenever the test runs. */
const monday = DateTime.now().setZone(zone).startOf('week').plus({ weeks: 2 });
const at = (day: number, hour: number, minute = 0): number =>
  monday.plus({ days: day }).set({ hour, minute }).toMillis();
const dayOf = (day: number): string => monday.plus({ days: day }).toFormat('yyyy-MM-dd');
const clockTime = (ms: number): string => DateTime.fromMillis(ms, { zone }).toFormat('ccc HH:mm');

describe.skipIf(!hasBrowser)(withBrowser('the calendar page'), () => {
  let stage: Stage;
  let store: TenantStore;
  let page: Page;

  interface Entry {
    readonly name: string;
    readonly startsAtMs: number;
    readonly staff?: number;
    readonly service?: number;
    readonly status?: 'booked' | 'draft';
    readonly callId?: string;
  }
  function put({ name, startsAtMs, staff = 0, service = 0, status = 'booked', callId }: Entry): string {
    const { services, staff: members } = store.profile();
    const [what, who] = [services[service], members[staff]];
    if (!what || !who) throw new Error('the practice has no such service or member of staff');
    const id = systemIds.uuid();
    store.transaction(() =>
      store.appointments.insert({
        ...{ id, serviceId: what.id, serviceName: what.name, staffId: who.id, staffName: who.name },
        ...{ startsAtMs, endsAtMs: startsAtMs + what.durationMinutes * minuteMs, status },
        ...{ customerName: name, customerPhone: '+12025550177', callId: callId ?? null },
        createdAtMs: systemClock.nowMs(),
      }),
    );
    return id;
  }
  const find = (id: string): Appointment => {
    const found = store.appointments.find(id);
    if (!found) throw new Error('the appointment is gone');
    return found;
  };
  const placeOf = (id: string): string => {
    const { startsAtMs, staffName, status } = find(id);
    return `${clockTime(startsAtMs)} ${staffName} ${status}`;
  };
  const all = () => store.appointments.list({ limit: 500 });

  beforeAll(async () => {
    stage = new Stage({ clock: systemClock });
    const { id } = stage.box.tenants.create({
      ...{ name: 'Bright Smile Dental', industry: 'healthcare', timeZone: zone },
      numbers: [{ number: '+12025550100' }],
      services: [
        { name: 'Check-up and cleaning', durationMinutes: 30, priceMinor: 12_000, currency: 'USD' },
        { name: 'Filling', durationMinutes: 60, priceMinor: 21_000, currency: 'USD' },
      ],
      hours: [1, 2, 3, 4, 5].map((weekday) => ({
        weekday: weekday as 1 | 2 | 3 | 4 | 5,
        ...{ fromMinute: 540, toMinute: 1020 },
      })),
      staff: [{ name: emily }, { name: daniel }],
    });
    store = stage.box.tenant(id);
    await stage.open();
  });

  afterAll(() => stage.close());

  beforeEach(() => {
    for (const { id } of all()) store.appointments.cancel(id);
  });

  afterEach(async () => {
    await page.context().close();
    expect(stage.complaints.splice(0)).toEqual([]);
  });

  const open = async (ready: string | RegExp, options: Parameters<Stage['page']>[1] = {}, query = '') => {
    page = await stage.page(`calendar?day=${dayOf(0)}${query}`, { atPracticeDay: false, ...options });
    await page.getByText(ready).first().waitFor();
  };
  const block = (id: string) => page.locator(`[data-id="${id}"]`);
  /** Top left of a quarter in a column: of a day, of a member of staff. */
  async function spot(day: number, staff: number, hour: number, minute = 0) {
    const column = page.locator('.column').nth(day * 2 + staff);
    const box = await column.boundingBox();
    if (!box) throw new Error('the column is not shown');
    const firstHour = 9;
    return { x: box.x + box.width / 2, y: box.y + ((hour - firstHour) * 60 + minute) * (64 / 60) + 2 };
  }
  async function drag(id: string, to: { readonly x: number; readonly y: number }) {
    const box = await block(id).boundingBox();
    if (!box) throw new Error('the appointment is not shown');
    await page.mouse.move(box.x + box.width / 2, box.y + 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + 20, { steps: 3 });
    await page.mouse.move(to.x, to.y, { steps: 5 });
  }

  it('books by a click on a free time, keeps it meanwhile, and takes it back', async () => {
    await open('Nothing is booked yet');
    const { x, y } = await spot(1, 1, 10, 15);
    await page.mouse.click(x, y);
    await page.getByText(/^Kept for you until/).waitFor();
    expect(store.holds.list(systemClock.nowMs())).toMatchObject([{ startsAtMs: at(1, 10, 15) }]);
    await page.getByLabel('Name of the customer').fill('Grace Kim');
    await page.getByLabel('Phone number').fill('202 555');
    await page.getByLabel('Phone number').blur();
    await page.getByText('Write the number with + and the country code, digits only.').waitFor();
    await page.getByLabel('Phone number').fill('+1 (202) 555-0177');
    await page.keyboard.press('Control+s');
    await page.getByText(/^Grace Kim is booked/).waitFor();
    const [booked] = all().filter(({ status }) => status === 'booked');
    expect(booked).toMatchObject({
      ...{ customerName: 'Grace Kim', customerPhone: '+12025550177', staffName: daniel },
      ...{ startsAtMs: at(1, 10, 15), callId: null },
    });
    expect(store.holds.list(systemClock.nowMs())).toEqual([]);
    await page.getByRole('button', { name: /^Grace Kim, Check-up and cleaning/ }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(/^The appointment of Grace Kim is cancelled/).waitFor();
    expect(all().filter(({ status }) => status === 'booked')).toEqual([]);
  });

  it('lets a time go when the form is closed, and keeps what is typed when another is clicked', async () => {
    await open('Nothing is booked yet');
    const first = await spot(0, 0, 9);
    await page.mouse.click(first.x, first.y);
    await page.getByText(/^Kept for you until/).waitFor();
    await page.getByLabel('Name of the customer').fill('Peter Novak');
    const second = await spot(0, 1, 11);
    await page.mouse.click(second.x, second.y);
    await expect.poll(() => store.holds.list(0).map(({ startsAtMs }) => startsAtMs)).toEqual([at(0, 11)]);
    expect(await page.getByLabel('Name of the customer').inputValue()).toBe('Peter Novak');
    await page.keyboard.press('Escape');
    await expect.poll(() => store.holds.list(0)).toEqual([]);
  });

  it('lets a time go also when the form is closed before the time was kept', async () => {
    await open('Nothing is booked yet');
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const answered: string[] = [];
    await page.route(/\/holds\b/, async (route) => {
      if (route.request().method() === 'PUT') await closed;
      await route.continue();
    });
    page.on('requestfinished', (request) => {
      if (/\/holds\b/.test(request.url())) answered.push(request.method());
    });
    const { x, y } = await spot(2, 0, 9);
    await page.mouse.click(x, y);
    await page.getByLabel('Name of the customer').waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Name of the customer').waitFor({ state: 'detached' });
    resolve();
    await expect.poll(() => answered).toEqual(['PUT', 'DELETE']);
    expect(store.holds.list(0)).toEqual([]);
  });

  it('offers the nearest times where somebody was quicker, and books one of them', async () => {
    await open('Nothing is booked yet', {}, '&book=1');
    await page.getByLabel('With').selectOption({ label: emily });
    await page.getByRole('button', { name: '9:30 AM', exact: true }).click();
    await page.getByText(/^Kept for you until/).waitFor();
    put({ name: 'Tom Becker', startsAtMs: at(0, 9, 30) });
    await page.getByLabel('Name of the customer').fill('Grace Kim');
    await page.getByLabel('Phone number').fill('+12025550188');
    await page.getByRole('button', { name: 'Book', exact: true }).last().click();
    await page.getByText('Somebody else booked that time first.').waitFor();
    await page.getByRole('button', { name: `${monday.toFormat('ccc, LLL d')}, 9:00 AM` }).click();
    await page.getByText(/^Kept for you until/).waitFor();
    await page.getByRole('button', { name: 'Book', exact: true }).last().click();
    await page.getByText(/^Grace Kim is booked/).waitFor();
    const booked = all().filter(
      ({ status, customerName }) => status === 'booked' && customerName === 'Grace Kim',
    );
    expect(booked.map(({ startsAtMs, staffName }) => `${clockTime(startsAtMs)} ${staffName}`)).toEqual([
      `Mon 09:00 ${emily}`,
    ]);
  });

  it('moves by dragging, to another day and another member of staff, and back', async () => {
    const id = put({ name: 'Grace Kim', startsAtMs: at(0, 9) });
    await open('Grace Kim');
    await drag(id, await spot(2, 1, 14, 30));
    await page
      .getByText(/Dr\. Daniel Osei$/)
      .first()
      .waitFor();
    await page.mouse.up();
    await page.getByText(/^Grace Kim is moved to/).waitFor();
    expect(placeOf(id)).toBe(`Wed 14:30 ${daniel} booked`);
    await page.keyboard.press('u');
    await page.getByText(/^The appointment of Grace Kim is as it was/).waitFor();
    expect(placeOf(id)).toBe(`Mon 09:00 ${emily} booked`);
    await drag(id, await spot(2, 1, 14, 30));
    await page.keyboard.press('Escape');
    await page.mouse.up();
    expect(placeOf(id), 'given up').toBe(`Mon 09:00 ${emily} booked`);
  });

  it('does not put two at the same place, and offers the nearest free ones', async () => {
    const id = put({ name: 'Grace Kim', startsAtMs: at(0, 9) });
    put({ name: 'Tom Becker', startsAtMs: at(1, 10) });
    await open('Grace Kim');
    await drag(id, await spot(1, 0, 10));
    await page.mouse.up();
    await page.getByText('The nearest free times:').waitFor();
    expect(placeOf(id)).toBe(`Mon 09:00 ${emily} booked`);
    await page.locator('.nearest button').first().click();
    await page.getByText(/^Grace Kim is moved to/).waitFor();
    expect(['Tue 09:30', 'Tue 10:30']).toContain(placeOf(id).slice(0, 9));
  });

  it('moves with arrows, and leaves it with Escape', async () => {
    const id = put({ name: 'Grace Kim', startsAtMs: at(0, 9) });
    await open('Grace Kim');
    await page.keyboard.press('j');
    await expect.poll(() => page.evaluate('document.activeElement?.dataset.id')).toBe(id);
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
    const day = monday.toFormat('ccc, LLL d');
    await page
      .getByText(`${day}, 9:30 AM, ${daniel}. Enter puts it there, Escape leaves it where it is.`)
      .waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText(/^Grace Kim is moved to/).waitFor();
    expect(placeOf(id)).toBe(`Mon 09:15 ${emily} booked`);
    await expect.poll(() => page.evaluate('document.activeElement?.dataset.id')).toBe(id);
  });

  it('moves without dragging, too', async () => {
    const id = put({ name: 'Grace Kim', startsAtMs: at(0, 9) });
    await open('Grace Kim');
    await block(id).click();
    await page.getByRole('button', { name: 'Move…' }).click();
    await page.getByLabel('Day', { exact: true }).fill(dayOf(3));
    await page.getByRole('button', { name: '3:00 PM', exact: true }).click();
    await page.getByRole('button', { name: 'Move here' }).click();
    await page.getByText(/^Grace Kim is moved to/).waitFor();
    expect(placeOf(id)).toBe(`Thu 15:00 ${emily} booked`);
  });

  it('answers drafts, and takes a no back', async () => {
    const yes = put({ name: 'Aisha Rahman', startsAtMs: at(0, 9), status: 'draft' });
    const no = put({ name: 'Tom Becker', startsAtMs: at(1, 9), status: 'draft' });
    await open('2 drafts wait for your word');
    await page.getByRole('button', { name: '2 drafts wait for your word' }).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('The appointment of Aisha Rahman is approved.').waitFor();
    expect(find(yes).status).toBe('booked');
    await page.getByRole('button', { name: '1 draft waits for your word' }).click();
    await page.getByRole('button', { name: 'Decline' }).click();
    await page.getByText('The appointment of Tom Becker is declined.').waitFor();
    expect(find(no).status).toBe('cancelled');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('The appointment of Tom Becker is as it was.').waitFor();
    expect(find(no).status).toBe('draft');
  });

  it('cancels, and undoes it where the place is still free', async () => {
    const id = put({ name: 'Grace Kim', startsAtMs: at(0, 9) });
    await open('Grace Kim');
    await block(id).click();
    await page.getByRole('button', { name: 'Cancel the appointment' }).click();
    await page.getByText('The appointment of Grace Kim is cancelled.').waitFor();
    put({ name: 'Tom Becker', startsAtMs: at(0, 9) });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Somebody else booked that time first.').waitFor();
    expect(find(id).status).toBe('cancelled');
  });

  it('finds a customer in other weeks', async () => {
    const id = put({ name: 'Hannah Schmidt', startsAtMs: at(30, 15) });
    await open('Nothing is booked yet');
    await page.keyboard.press('/');
    await page.keyboard.type('schmi');
    await page.getByText('1 appointment matches').waitFor();
    await page.getByRole('button', { name: /Hannah Schmidt/ }).click();
    await page.getByRole('heading', { name: 'Appointment', exact: true }).waitFor();
    await block(id).waitFor();
  });

  it('shows what others do at once', async () => {
    await open('Nothing is booked yet');
    const id = put({ name: 'Maria Lopez', startsAtMs: at(2, 11) });
    await block(id).waitFor();
    store.appointments.cancel(id);
    await expect.poll(() => block(id).count()).toBe(0);
  });

  it('has the hours of the clock also in the week in which it is set', async () => {
    const local = (day: number, hour: number) =>
      DateTime.fromObject({ year: 2026, month: 3, day, hour }, { zone }).toMillis();
    const ids = [6, 8, 9].map((day) => put({ name: `Day ${day}`, startsAtMs: local(day, 10) }));
    page = await stage.page('calendar?day=2026-03-08');
    await page.getByText('Day 8').first().waitFor();
    const tops = [];
    for (const id of ids.slice(0, 2)) tops.push((await block(id).boundingBox())?.y);
    expect(new Set(tops).size, 'before and after the clocks go forward').toBe(1);
    await page.getByRole('button', { name: 'Week after' }).click();
    await block(ids[2] ?? '').waitFor();
    const labels = await page.locator('.gutter span').allTextContents();
    expect(labels).toContain('10 AM');
  });

  it('can be looked at, full, with one open, and while one is booked', async () => {
    put({ name: 'Grace Kim', startsAtMs: at(0, 9) });
    put({ name: 'Peter Novak', startsAtMs: at(0, 10), staff: 1, service: 1 });
    put({ name: 'Aisha Rahman', startsAtMs: at(1, 13), status: 'draft' });
    store.holidays.add({ day: dayOf(3), name: 'Founders’ Day', spans: [] });
    await open('Grace Kim');
    await look(page, 'calendar-week');
    await page.locator('[data-id]').first().click();
    await page.getByRole('heading', { name: 'Appointment', exact: true }).waitFor();
    await look(page, 'calendar-one');
    await page.keyboard.press('Escape');
    await page.keyboard.press('b');
    await page.getByRole('button', { name: '9:30 AM', exact: true }).click();
    await page.getByText(/^Kept for you until/).waitFor();
    await look(page, 'calendar-book');
    store.holidays.remove(dayOf(3));
  });
});
