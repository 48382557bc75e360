import { execFile, spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVoxbox } from '../caller/engine-process.ts';
import { RtpEndpoint } from '../caller/rtp-endpoint.ts';
import { type EstablishedCall, placeCall } from '../caller/sip-client.ts';
import { boxHost, GuardedBox, passwordOf } from './peers/guarded-box.ts';
import { scan } from './peers/sipvicious.ts';
import { type Question, Stranger } from './peers/stranger.ts';

const run = promisify(execFile);
const scannerMissing = spawnSync('svmap', ['--version'], { stdio: 'ignore', timeout: 10_000 }).error
  ? ' (sipvicious is not installed)'
  : '';

const floodProgram = fileURLToPath(new URL('./peers/sip-flood.ts', import.meta.url));

/** What a scanner calls itself when it does not want to be known. */
const innocent = 'Desk 1.0';
const guesses = Array.from({ length: 40 }, (_, index) => `guess ${index}`);

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const waitUntil = async (check: () => Promise<boolean>, timeoutMs: number): Promise<boolean> => {
  const limitMs = performance.now() + timeoutMs;
  while (performance.now() < limitMs) {
    if (await check()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
};

/** What is sent from here to here, on other addresses than the loopback's, looks like a carrier's. */
const ownAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
const carrierMissing = ownAddress === undefined ? ' (this machine has no address but the loopback)' : '';

const box = new GuardedBox({ withModels: false, sipHost: '0.0.0.0' });
/** How long it takes to start on this machine, today. */
let startMs = 0;
beforeAll(async () => {
  if (ownAddress !== undefined) {
    box.change(({ trunks }) => {
      const { id } = trunks.add({ kind: 'address', name: 'carrier', address: ownAddress });
      trunks.change(id, { underTest: true });
    });
  }
  const fromMs = performance.now();
  await box.start();
  startMs = Math.round(performance.now() - fromMs);
});
afterAll(() => box.end());

describe.skipIf(scannerMissing)(`SIPVicious at a box${scannerMissing}`, () => {
  const banOf = async (address: string) => (await box.bans()).find((ban) => ban.address === address);

  it('gets no answer under its own name, and is banned', async () => {
    const from = '127.0.0.2';
    const { target } = box;
    const words = [passwordOf('101')];
    const [map, war, crack] = await Promise.all([
      scan({ program: 'svmap', from, target }),
      scan({ program: 'svwar', from, target, args: ['-e', '100-110'] }),
      scan({ program: 'svcrack', from, target, args: ['-u', '101'], words }),
    ]);
    expect(map.output).toContain('found nothing');
    expect(war.output).toContain('timed out');
    expect(crack.output).toContain('no server response');
    expect(await banOf(from)).toMatchObject({ reason: 'scanner' });
  });

  it('finds no phone under another name: those that exist are answered like those that do not', async () => {
    const { target } = box;
    const look = async (method: string, from: string): Promise<void> => {
      const args = ['-e', '95-130', '-m', method, '--force'];
      const { output, finished } = await scan({ program: 'svwar', from, target, args, userAgent: innocent });
      expect(finished).toBe(true);
      expect(output).toContain('Ok SIP device found');
      expect(output, method).toContain('found nothing');
      // REGISTER and INVITE it gives up after the first answers: all are alike.
      if (method === 'OPTIONS') expect(await banOf(from)).toMatchObject({ reason: 'tried many names' });
      for (const phone of ['101', '102', '103'])
        expect(output).not.toMatch(new RegExp(`'${phone}' .*exists`));
    };
    await Promise.all([
      look('REGISTER', '127.0.0.10'),
      look('INVITE', '127.0.0.11'),
      look('OPTIONS', '127.0.0.12'),
    ]);
  });

  it('guesses a password at once when it comes first: the program works against this box', async () => {
    const words = ['wrong', passwordOf('102')];
    const options = { from: '127.0.0.20', target: box.target, words, userAgent: innocent };
    const { output } = await scan({ program: 'svcrack', args: ['-u', '102'], ...options });
    expect(output).toContain(`The password for 102 is ${passwordOf('102')}`);
  });

  it('is banned before it comes to the right password', async () => {
    const from = '127.0.0.21';
    const words = [...guesses, passwordOf('103')];
    const options = { from, target: box.target, words, userAgent: innocent };
    const { output } = await scan({ program: 'svcrack', args: ['-u', '103'], ...options });
    expect(output).toContain('found nothing');
    const ban = await banOf(from);
    expect(ban).toMatchObject({ reason: 'refused again and again' });
    expect(ban?.untilMs).toBeGreaterThan(Date.now());
    // Not even the right password is heard any more, and others are.
    const question: Question = { method: 'REGISTER', user: '103' };
    const banned = await Stranger.at(from, box.target);
    expect(await banned.ask(question)).toBeNull();
    const other = await Stranger.at('127.0.0.22', box.target);
    expect((await other.ask(question))?.message.status).toBe(401);
    banned.close();
    other.close();
  });

  it('stays banned over a restart, until the time is over or a person lifts it', async () => {
    const [first, second] = ['127.0.0.21', '127.0.0.2'];
    await box.stop();
    const dataDir = join(box.folder, 'data');
    const { stdout } = await runVoxbox(['bans', 'list', '--json', '--data', dataDir]);
    expect(stdout).toContain(first);
    expect(stdout).toContain('refused again and again');
    const untilMs = Date.now() + startMs + 4000;
    box.change(({ bans }) => {
      const ban = bans.find(first);
      expect(bans.list().map(({ address }) => address)).toEqual(expect.arrayContaining([first, second]));
      if (ban) bans.put({ ...ban, untilMs });
    });
    await box.start();
    const question: Question = { method: 'REGISTER', user: '103' };
    const patienceMs = 700;
    const one = await Stranger.at(first, box.target, patienceMs);
    const two = await Stranger.at(second, box.target, patienceMs);
    expect(Date.now()).toBeLessThan(untilMs - 2000);
    expect(await Promise.all([one.ask(question), two.ask(question)])).toEqual([null, null]);
    expect(await waitUntil(async () => (await one.ask(question)) !== null, startMs + 15_000)).toBe(true);
    expect(Date.now()).toBeGreaterThanOrEqual(untilMs);
    expect(await two.ask(question)).toBeNull();
    await box.api.request(`/api/v1/bans/${second}`, { method: 'DELETE' });
    expect((await two.ask(question))?.message.status).toBe(401);
    for (const address of [first, second]) expect(await banOf(address)).toBeUndefined();
    one.close();
    two.close();
  });
});

describe.skipIf(scannerMissing)(`a call while strangers are at the box${scannerMissing}`, () => {
  /** Phone 101 in the echo test: as many packets come back as go out. */
  async function echoCall(): Promise<{ readonly call: EstablishedCall; readonly rtp: RtpEndpoint }> {
    const rtp = await RtpEndpoint.bind();
    const target = `sip:echo@${boxHost}:${box.target.port}`;
    const credentials = { username: '101', password: passwordOf('101') };
    const call = await placeCall({ target, from: '101', rtpPort: rtp.port, ...credentials });
    const { address, port, payloadTypes, dtmfPayloadType } = call.audio;
    rtp.start({ address, port, payloadType: payloadTypes[0] === 8 ? 8 : 0, dtmfPayloadType });
    return { call, rtp };
  }

  /** Everything arrived, and the box answered the BYE: without an answer it takes four seconds to give up. */
  async function endUnharmed({ call, rtp }: Awaited<ReturnType<typeof echoCall>>): Promise<string> {
    const stillOn = await Promise.race([call.ended, Promise.resolve('on')]);
    expect(stillOn).toBe('on');
    const fromMs = performance.now();
    await call.hangUp();
    const byeMs = performance.now() - fromMs;
    const { packetsSent, packetsReceived, packetsLost, gapsMs } = await rtp.stop();
    const longestGapMs = Math.max(...gapsMs);
    expect(packetsLost).toBe(0);
    // What is said before the echo listens does not come back.
    expect(packetsReceived).toBeGreaterThan(packetsSent - 50);
    expect(byeMs).toBeLessThan(3900);
    return `${packetsReceived} of ${packetsSent} packets, 0 lost, longest gap ${longestGapMs.toFixed(0)} ms, BYE ${byeMs.toFixed(0)} ms`;
  }

  it('goes on unharmed under a scan, and the scanner is banned', async () => {
    const from = '127.0.0.3';
    const { target } = box;
    const going = await echoCall();
    const words = [...guesses, passwordOf('102')];
    const guessing = { program: 'svcrack', target, words, args: ['-u', '102'] } as const;
    const options = { ...guessing, from: '127.0.0.4', userAgent: innocent };
    const [{ output }] = await Promise.all([
      scan(options),
      scan({ program: 'svmap', from, target }),
      scan({ program: 'svwar', from, target, args: ['-e', '100-199'] }),
      scan({ ...guessing, from }),
    ]);
    expect(output).toContain('found nothing');
    const banned = (await box.bans()).map(({ address }) => address);
    expect(banned).toEqual(expect.arrayContaining([from, options.from]));
    expect(banned).not.toContain(boxHost);
    print(`  call under a scan: ${await endUnharmed(going)}`);
  });

  it.each([
    ['one source', 1],
    ['64 sources', 64],
  ] as const)('goes on unharmed under 2000 requests a second from %s', async (name, sources) => {
    const going = await echoCall();
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const heapBefore = process.memoryUsage().rss;
    delay.enable();
    const args = [floodProgram, box.target.port, 2000, 5, sources].map(String);
    const { stdout } = await run(process.execPath, args, { timeout: 30_000 });
    delay.disable();
    const { sent, answers } = JSON.parse(stdout) as { sent: number; answers: number };
    const grownMiB = (process.memoryUsage().rss - heapBefore) / 2 ** 20;
    print(
      `  flood from ${name}: ${sent} sent, ${answers} answered, event loop p50 ${(delay.percentile(50) / 1e6).toFixed(1)} p99 ${(delay.percentile(99) / 1e6).toFixed(1)} max ${(delay.max / 1e6).toFixed(1)} ms, memory +${grownMiB.toFixed(0)} MiB`,
    );
    print(`  call under it: ${await endUnharmed(going)}`);
    expect(sent).toBeGreaterThan(9000);
    // Bursts of a hundred requests, and five a second after that.
    if (sources === 1) expect(answers).toBeLessThan(200);
    expect(grownMiB).toBeLessThan(200);
    // Somebody new gets in all the same.
    const next = await echoCall();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    print(`  a call after it: ${await endUnharmed(next)}`);
  });
});

describe.skipIf(carrierMissing)(`a trunk in whose name others send${carrierMissing}`, () => {
  const address = ownAddress ?? '';

  it('is not cut off: its calls come through during and after the flood, and it is not banned', async () => {
    const target = `sip:echo@${address}:${box.target.port}`;
    const ring = async (): Promise<number> => {
      const fromMs = performance.now();
      const call = await placeCall({ target, from: '+12125550123', rtpPort: 39_996, localAddress: address });
      await call.hangUp();
      return performance.now() - fromMs;
    };
    const flood = run(process.execPath, [floodProgram, box.target.port, 3000, 6, 1, address].map(String), {
      timeout: 30_000,
    });
    const tookMs = [];
    // A transaction lives for half a minute: the room for them must not be taken either.
    for (let i = 0; i < 9; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      tookMs.push(await ring());
    }
    const { sent } = JSON.parse((await flood).stdout) as { sent: number };
    expect(sent).toBeGreaterThan(12_000);
    expect((await box.bans()).map((ban) => ban.address)).not.toContain(address);
    print(`  ${tookMs.length} calls under ${sent} forged requests: ${tookMs.map(Math.round).join(' ')} ms`);
  });
});
