import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, type BoxHealth, fakeOwner, type LiveCall, startApi } from '../../engine/api/index.ts';
import { silentLog, systemIds } from '../../engine/foundation/index.ts';
import { type Box, openBox } from '../../engine/store/index.ts';
import { fillPractice, hourMs, minuteMs, nowMs, Practice, SetClock } from './practice.ts';
import { ScriptedLiveCalls } from './scripted-live.ts';

const executablePath = '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
const root = fileURLToPath(new URL('../..', import.meta.url));
const pictures = join(root, 'test-results', 'page');
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What the test reads of an audio element. */
interface AudioElement {
  readonly duration: number;
  readonly currentTime: number;
}

const sizes = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;
const schemes = ['light', 'dark'] as const;

const title = hasBrowser ? 'the page' : `the page (skipped: no browser at ${executablePath})`;

describe.skipIf(!hasBrowser)(title, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-page-'));
  const pageDir = join(dataDir, 'page');
  const clock = new SetClock();
  const live = new ScriptedLiveCalls();
  const liveId = systemIds.uuid();
  let box: Box;
  let practice: Practice;
  let api: Api;
  let browser: Browser;
  let finishedId: string;
  /** What went wrong on any page, and whatever wanted to leave this machine. */
  const complaints: string[] = [];
  const strangers: string[] = [];

  const address = () => `http://127.0.0.1:${api.port}/`;
  const start = (port = 0) =>
    startApi({
      host: '127.0.0.1',
      port,
      box,
      live,
      whoIs: fakeOwner,
      health: () => ({ status: 'ready', version: '0.1.0', sipAddress: '192.168.1.20:5060', capacity: 4 }),
      dataDir,
      log: silentLog,
      pageDir,
    });

  async function openPage(
    options: Parameters<Browser['newContext']>[0] = {},
    url = address(),
    heading = 'Desk',
  ): Promise<Page> {
    const context: BrowserContext = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-US',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    await page.clock.install({ time: nowMs });
    page.on('console', (message) => {
      // What is broken on purpose is told by the browser as well.
      const isOfNetwork = /^Failed to load resource/.test(message.text());
      if (['error', 'warning'].includes(message.type()) && !isOfNetwork) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (new URL(request.url()).hostname !== '127.0.0.1') strangers.push(request.url());
    });
    await page.goto(url);
    await page.getByRole('heading', { name: heading }).waitFor();
    return page;
  }

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
    mkdirSync(pictures, { recursive: true });
    await build({
      configFile: join(root, 'renderer', 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir: pageDir },
    });
    box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
    practice = new Practice({ box, clock, dataDir });
    finishedId = fillPractice(practice);
    api = await start();
    browser = await chromium.launch({ executablePath, args });
  });

  afterAll(async () => {
    await browser?.close();
    await api?.stop();
    box?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('says what to do first while nothing rings', async () => {
    const page = await openPage();
    await page.getByRole('heading', { name: 'No call in progress' }).waitFor();
    await page.getByText('sip:+12025550100@192.168.1.20:5060').waitFor();
    await page.getByText('3 calls today, 1 booked.').waitFor();
    await page.getByText('0 of 4 calls').waitFor();
    const today = page.getByRole('region', { name: 'Appointments today' });
    await today.getByText('Maria Lopez').waitFor();
    expect(await today.locator('[data-row]').count()).toBe(4);
    await page.screenshot({ path: join(pictures, 'desk-quiet-1280-light.png') });
    await page.context().close();
  });

  it('shows a call as it happens, and hands it to the list when it ends', async () => {
    const page = await openPage();
    live.put({ ...base, tenantId: practice.tenant.id, state: 'ringing', answeredAtMs: null });
    const card = page.getByRole('article');
    await card.getByRole('link', { name: 'Open the call with Elena Petrova' }).waitFor();
    await card.getByText('Ringing').waitFor();

    live.put({ ...base, tenantId: practice.tenant.id, turns: [greeting] });
    await card.getByText('In call').waitFor();
    await card.getByText('How can I help you today?').waitFor();
    const before = await card.getByTitle('Length of the call so far').textContent();
    await page.clock.runFor(3000);
    expect(await card.getByTitle('Length of the call so far').textContent()).not.toBe(before);

    const held = { ...base, tenantId: practice.tenant.id, turns: [greeting] };
    live.put({ ...held, heldBy: 'box', recordingPaused: true });
    await card.getByText('On hold').waitFor();
    await card.getByText('Recording paused').waitFor();
    live.put({ ...held, heldBy: 'caller' });
    await card.getByText('Caller has put us on hold').waitFor();
    expect(await card.getByText('Recording paused').count()).toBe(0);
    live.put(held);
    await card.getByText('In call').waitFor();

    live.interim(liveId, 'hello I think I lost');
    await card.getByText('hello I think I lost…').waitFor();
    live.put({ ...later, tenantId: practice.tenant.id });
    await card.getByText('Which suits you?').waitFor();
    await card.getByText('Filling', { exact: true }).waitFor();
    await card.getByText('0.8 s').waitFor();
    expect(await card.getByText('hello I think I lost…').count()).toBe(0);

    await card.getByRole('link').click();
    await page.getByRole('heading', { name: 'Elena Petrova' }).waitFor();
    const log = page.getByRole('log');
    await log.getByText('lost a filling').waitFor();
    live.put({ ...later, tenantId: practice.tenant.id, slots: { ...later.slots, time: '2:30 PM' } });
    await page.getByText('2:30 PM', { exact: true }).waitFor();
    live.interim(liveId, 'the half past two would');
    await log.getByText('the half past two would…').waitFor();
    expect(await log.getByText('the half past two would…').locator('..').getAttribute('aria-hidden')).toBe(
      'true',
    );

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
    live.remove(liveId);
    await page.getByText('This call has ended.').waitFor();
    await page.getByRole('link', { name: 'See it in Calls' }).click();
    await page.getByRole('region', { name: 'Calls' }).getByText('Elena Petrova').waitFor();
    const detail = page.getByRole('article');
    await detail.getByText('Hello, I think I lost a filling.').waitFor();
    await detail.getByText('Filling with Dr. Emily Carter').waitFor();
    await page.context().close();
  });

  it('shows what was said in a finished call, its answer times and its recording', async () => {
    const page = await openPage();
    await page.goto(`${address()}#/calls/${finishedId}`);
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
    const page = await openPage();
    await page.goto(`${address()}#/calls`);
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
    const page = await openPage();
    await page.goto(`${address()}#/calendar`);
    await page.getByRole('heading', { name: 'Tue, Mar 10' }).waitFor();
    await page
      .getByRole('button', { name: 'Grace Kim, Check-up and cleaning, 9:00 AM – 9:30 AM, Tue, Mar 10' })
      .waitFor();
    await page.getByRole('heading', { name: 'Fri, Mar 13' }).waitFor();
    await page.getByRole('button', { name: 'Week after' }).click();
    await page.getByText('Nothing is booked yet').waitFor();
    await page.context().close();
  });

  it('can be looked at in every size and both schemes', async () => {
    live.put({ ...later, tenantId: practice.tenant.id, callId: systemIds.uuid() });
    const [current] = live.list();
    if (!current) throw new Error('the call is gone');
    const second = live.put({
      ...base,
      callId: systemIds.uuid(),
      tenantId: practice.tenant.id,
      callerNumber: '+12025550188',
      callerName: null,
      startedAtMs: nowMs - 14_000,
      answeredAtMs: nowMs - 12_000,
      turns: [
        { ...greeting, atMs: nowMs - 11_000 },
        turn('caller', 'Good morning. How much is a whitening with you?', 4),
      ],
      lastLatencyMs: 1640,
      heldBy: 'caller',
      recordingPaused: true,
    });
    live.interim(current.callId, 'the two thirty would be');
    for (const viewport of sizes) {
      for (const colorScheme of schemes) {
        const page = await openPage({ viewport, colorScheme });
        const look = async (name: string, path: string, ready: string) => {
          await page.goto(`${address()}#/${path}`);
          await page.locator('#main').getByText(ready).first().waitFor();
          const wide = await page
            .locator('html')
            .evaluate((html: { readonly scrollWidth: number }) => html.scrollWidth);
          expect(wide, `${name} at ${viewport.width} scrolls sideways`).toBeLessThanOrEqual(viewport.width);
          await page.screenshot({ path: join(pictures, `${name}-${viewport.width}-${colorScheme}.png`) });
        };
        await look('desk', 'desk', 'the two thirty would be…');
        await look('live', `desk/${current.callId}`, 'the two thirty would be…');
        await look('held', `desk/${second.callId}`, 'Recording paused');
        await look('calls', 'calls', 'Maria Lopez');
        await look('call', `calls/${finishedId}`, 'Three thirty is great.');
        await look('calendar', 'calendar', 'Grace Kim');
        await page.context().close();
      }
    }
    live.remove(current.callId);
    live.remove(second.callId);
  });

  it('sets the first business up, and tells several apart', async () => {
    const freshDir = join(dataDir, 'fresh');
    const fresh = openBox({ dataDir: freshDir, clock, ids: systemIds, log: silentLog });
    const health: BoxHealth = { status: 'starting', problems: ['The models are being loaded.'] };
    const options = { host: '127.0.0.1', port: 0, live, log: silentLog, pageDir, whoIs: fakeOwner };
    const other = await startApi({ ...options, box: fresh, dataDir: freshDir, health: () => health });
    const page = await openPage({}, `http://127.0.0.1:${other.port}/`, 'Set up a business');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Give the business a name.').waitFor();
    await page.getByLabel('Name of the business').fill('Corner Café');
    await page.getByRole('radio', { name: 'Any business' }).check();
    expect(await page.getByLabel('Time zone').inputValue()).toBe('Europe/Berlin');
    await page.screenshot({ path: join(pictures, 'setup-1280-light.png') });
    await page.keyboard.press('Control+s');
    await page.getByRole('button', { name: 'Create the business' }).click();
    await page.getByText('Corner Café is there.').waitFor();
    await page.getByRole('link', { name: 'Desk' }).click();
    await page.getByRole('heading', { name: 'Desk' }).waitFor();
    await page.getByText('The models are being loaded.').waitFor();
    expect(fresh.tenants.list().map((tenant) => tenant.name)).toEqual(['Corner Café']);
    await page.screenshot({ path: join(pictures, 'desk-starting-1280-light.png') });
    const second = { name: 'Harbour Law', timeZone: 'Europe/London', numbers: [{ number: '+442071234567' }] };
    fresh.tenants.create(second);
    await page.getByRole('button', { name: /^Business: Corner Café/ }).click();
    await page.getByRole('option', { name: 'Harbour Law' }).click();
    await page.getByText('+442071234567').waitFor();
    await page.reload();
    await page.getByText('+442071234567').waitFor();
    await page.context().close();
    await other.stop();
    fresh.close();
  });

  it('neither complains nor talks to anybody but the box', () => {
    expect(complaints).toEqual([]);
    expect(strangers).toEqual([]);
  });

  it('says so when the feed drops, and catches up by itself', async () => {
    const page = await openPage();
    await page.getByText('0 of 4 calls').waitFor();
    const { port } = api;
    await api.stop();
    await page.getByText('The connection to the box is lost.').waitFor();
    const tryNow = page.getByRole('button', { name: 'Try now' });
    await tryNow.waitFor();
    await page.screenshot({ path: join(pictures, 'desk-lost-1280-light.png') });
    api = await start(port);
    live.put({ ...later, tenantId: practice.tenant.id });
    // The page may have been quicker by itself.
    await tryNow.click({ timeout: 2000 }).catch(() => {});
    await page.getByText('Which suits you?').waitFor();
    expect(await page.getByText('The connection to the box is lost.').count()).toBe(0);
    live.remove(liveId);
    await page.context().close();
  });
});
