import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BoxHealth, LiveCall } from '../../engine/api/index.ts';
import { systemIds } from '../../engine/foundation/index.ts';
import { hasBrowser, withBrowser } from './browser.ts';
import { lensTo } from './look.ts';
import { fillPractice, hourMs, minuteMs, nowMs, Practice, SetClock } from './practice.ts';
import { Stage } from './stage.ts';

const { picture } = lensTo('page');

/** What the test reads of an audio element. */
interface AudioElement {
  readonly duration: number;
  readonly currentTime: number;
}

describe.skipIf(!hasBrowser)(withBrowser('the page'), () => {
  const clock = new SetClock();
  const liveId = systemIds.uuid();
  let stage: Stage;
  let practice: Practice;
  let finishedId: string;

  const desk = async (): Promise<Page> => {
    const page = await stage.page();
    await page.getByRole('heading', { name: 'Desk', exact: true }).waitFor();
    return page;
  };

  const base: LiveCall = {
    callId: liveId,
    tenantId: '',
    tenantName: 'Bright Smile Dental',
    callerNumber: '+12025550142',
    callerName: 'Elena Petrova',
    calledNumber: '+12025550100',
    state: 'answered',
    startedAtMs: nowMs - 49_000,
    answeredAtMs: nowMs - 48_000,
    turns: [],
    interim: null,
    slots: {},
    lastLatencyMs: null,
  };
  const turn = (speaker: 'caller' | 'agent', text: string, ago: number, latencyMs?: number) => ({
    speaker,
    text,
    atMs: nowMs - ago * 1000,
    ...(latencyMs ? { latencyMs } : {}),
  });
  const greeting = turn('agent', 'Thank you for calling Bright Smile Dental. How can I help you today?', 47);
  const wish = turn('caller', 'Hello, I think I lost a filling. Could I see somebody on Thursday?', 40);
  const offer = turn(
    'agent',
    'I’m sorry to hear that. On Thursday I have ten o’clock or two thirty. Which suits you?',
    33,
    820,
  );
  const later: LiveCall = {
    ...base,
    turns: [greeting, wish, offer],
    slots: { service: 'Filling', when: 'Thursday, March 12' },
    lastLatencyMs: 820,
  };

  beforeAll(async () => {
    stage = new Stage({ clock });
    practice = new Practice({ box: stage.box, clock, dataDir: stage.dataDir });
    finishedId = fillPractice(practice);
    await stage.open();
  });

  afterAll(() => stage.close());

  it('says what to do first while nothing rings', async () => {
    const page = await desk();
    await page.getByRole('heading', { name: 'No call in progress' }).waitFor();
    await page.getByText('sip:+12025550100@192.168.1.20:5060').waitFor();
    await page.getByText('3 calls today, 1 booked.').waitFor();
    await page.getByText('0 of 4 calls').waitFor();
    const today = page.getByRole('region', { name: 'Appointments today' });
    await today.getByText('Maria Lopez').waitFor();
    expect(await today.locator('[data-row]').count()).toBe(4);
    await picture(page, 'desk-quiet-1280-light');
    await page.context().close();
  });

  it('shows a call as it happens, and hands it to the list when it ends', async () => {
    const page = await desk();
    stage.live.put({ ...base, tenantId: practice.tenant.id, state: 'ringing', answeredAtMs: null });
    const card = page.getByRole('article');
    await card.getByRole('link', { name: 'Open the call with Elena Petrova' }).waitFor();
    await card.getByText('Ringing').waitFor();

    stage.live.put({ ...base, tenantId: practice.tenant.id, turns: [greeting] });
    await card.getByText('In call').waitFor();
    await card.getByText('How can I help you today?').waitFor();
    const before = await card.getByTitle('Length of the call so far').textContent();
    await page.clock.runFor(3000);
    expect(await card.getByTitle('Length of the call so far').textContent()).not.toBe(before);

    const held = { ...base, tenantId: practice.tenant.id, turns: [greeting] };
    stage.live.put({ ...held, heldBy: 'box', recordingPaused: true });
    await card.getByText('On hold').waitFor();
    await card.getByText('Recording paused').waitFor();
    stage.live.put({ ...held, heldBy: 'caller' });
    await card.getByText('Caller has put us on hold').waitFor();
    expect(await card.getByText('Recording paused').count()).toBe(0);
    stage.live.put(held);
    await card.getByText('In call').waitFor();

    stage.live.interim(liveId, 'hello I think I lost');
    await card.getByText('hello I think I lost…').waitFor();
    stage.live.put({ ...later, tenantId: practice.tenant.id });
    await card.getByText('Which suits you?').waitFor();
    await card.getByText('Filling', { exact: true }).waitFor();
    await card.getByText('0.8 s').waitFor();
    expect(await card.getByText('hello I think I lost…').count()).toBe(0);

    await card.getByRole('link').click();
    await page.getByRole('heading', { name: 'Elena Petrova' }).waitFor();
    const log = page.getByRole('log');
    await log.getByText('lost a filling').waitFor();
    stage.live.put({ ...later, tenantId: practice.tenant.id, slots: { ...later.slots, time: '2:30 PM' } });
    await page.getByText('2:30 PM', { exact: true }).waitFor();
    stage.live.interim(liveId, 'the half past two would');
    await log.getByText('the half past two would…').waitFor();
    expect(await log.getByText('the half past two would…').locator('..').getAttribute('aria-hidden')).toBe(
      'true',
    );
    // Both at once, while somebody of the staff talks in the agent's place.
    stage.live.interim(liveId, 'we can see you', 'staff');
    await log.locator('li.staff', { hasText: 'we can see you…' }).waitFor();
    await log.locator('li.caller', { hasText: 'the half past two would…' }).waitFor();

    practice.call(
      {
        callerNumber: base.callerNumber,
        callerName: base.callerName,
        startedAtMs: nowMs - 49_000,
        outcome: 'booked',
        lines: [greeting, wish, { ...offer, latencyMs: 820 }],
        books: {
          customerName: 'Elena Petrova',
          customerPhone: '+12025550142',
          startsAtMs: nowMs + 51 * hourMs + 10 * minuteMs,
          service: 1,
          staff: 0,
        },
      },
      liveId,
    );
    stage.live.remove(liveId);
    await page.getByText('This call has ended.').waitFor();
    await page.getByRole('link', { name: 'See it in Calls' }).click();
    await page.getByRole('region', { name: 'Calls' }).getByText('Elena Petrova').waitFor();
    const detail = page.getByRole('article');
    await detail.getByText('Hello, I think I lost a filling.').waitFor();
    await detail.getByText('Filling with Dr. Emily Carter').waitFor();
    await page.context().close();
  });

  it('shows what was said in a finished call, its answer times and its recording', async () => {
    const page = await stage.page(`calls/${finishedId}`);
    const detail = page.getByRole('article');
    await detail.getByText('Three thirty is great.').waitFor();
    await detail.getByText('heard unclearly').waitFor();
    await detail.getByText('Check-up and cleaning with Dr. Daniel Osei').waitFor();
    const bars = detail.getByTitle('from the caller’s last word to the first word');
    expect(await bars.count()).toBe(5);
    const audio = page.locator('audio');
    const lengthSeconds = () => audio.evaluate((element: AudioElement) => element.duration);
    await expect.poll(lengthSeconds).toBeGreaterThan(30);
    await detail
      .getByRole('button', { name: /^Play from/ })
      .nth(3)
      .click();
    const position = () => audio.evaluate((element: AudioElement) => element.currentTime);
    await expect.poll(position).toBeGreaterThan(5);
    await page.context().close();
  });

  it('is worked with the keyboard alone', async () => {
    const page = await stage.page('calls');
    await page.locator('#main').getByText('Maria Lopez').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('article').getByRole('heading', { name: 'Maria Lopez' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Choose a call to read what was said.').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('saturday');
    await page.getByText('“Hi, are you open on Saturday?”').waitFor();
    expect(await page.locator('.rows [data-row]').count()).toBe(1);
    await page.keyboard.type(' xyz');
    await page.getByText('No call fits.').waitFor();
    await page.context().close();
  });

  it('shows the week in the zone of the business, not of the browser', async () => {
    const page = await stage.page('calendar');
    await page.getByRole('heading', { name: 'Tue, Mar 10' }).waitFor();
    await page
      .getByRole('button', { name: 'Grace Kim, Check-up and cleaning, 9:00 AM – 9:30 AM, Tue, Mar 10' })
      .waitFor();
    await page.getByRole('heading', { name: 'Fri, Mar 13' }).waitFor();
    await page.getByRole('button', { name: 'Week after' }).click();
    await page.getByText('Nothing is booked yet').waitFor();
    await page.context().close();
  });

  it('sets the first business up, and tells several apart', async () => {
    const health: BoxHealth = { status: 'starting', problems: ['The models are being loaded.'] };
    const fresh = new Stage({ clock, parts: { health: () => health } });
    await fresh.open();
    const page = await fresh.page('');
    await page.getByRole('heading', { name: 'Set up a business' }).waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Give the business a name.').waitFor();
    await page.getByLabel('Name of the business').fill('Corner Café');
    await page.getByRole('radio', { name: 'Any business' }).check();
    expect(await page.getByLabel('Time zone').inputValue()).toBe('Europe/Berlin');
    await picture(page, 'setup-1280-light');
    await page.keyboard.press('Control+s');
    await page.getByRole('button', { name: 'Create the business' }).click();
    await page.getByText('Corner Café is there.').waitFor();
    await page.getByRole('link', { name: 'Desk' }).click();
    await page.getByRole('heading', { name: 'Desk' }).waitFor();
    await page.getByText('The models are being loaded.').waitFor();
    expect(fresh.box.tenants.list().map((tenant) => tenant.name)).toEqual(['Corner Café']);
    await picture(page, 'desk-starting-1280-light');
    const second = { name: 'Harbour Law', timeZone: 'Europe/London', numbers: [{ number: '+442071234567' }] };
    fresh.box.tenants.create(second);
    await page.getByRole('button', { name: /^Business: Corner Café/ }).click();
    await page.getByRole('option', { name: 'Harbour Law' }).click();
    await page.getByText('+442071234567').waitFor();
    await page.reload();
    await page.getByText('+442071234567').waitFor();
    expect(fresh.complaints).toEqual([]);
    await fresh.close();
  });

  it('says so when the feed drops, and catches up by itself', async () => {
    const page = await desk();
    await page.getByText('0 of 4 calls').waitFor();
    await stage.stopApi();
    await page.getByText('The connection to the box is lost.').waitFor();
    const tryNow = page.getByRole('button', { name: 'Try now' });
    await tryNow.waitFor();
    await picture(page, 'desk-lost-1280-light');
    await stage.startApi();
    stage.live.put({ ...later, tenantId: practice.tenant.id });
    // The page may have been quicker by itself.
    await tryNow.click({ timeout: 2000 }).catch(() => {});
    await page.getByText('Which suits you?').waitFor();
    expect(await page.getByText('The connection to the box is lost.').count()).toBe(0);
    stage.live.remove(liveId);
    await page.context().close();
  });

  it('complains of nothing', () => {
    expect(stage.complaints).toEqual([]);
  });
});
