import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerMissing } from '../caller/caller.ts';
import { runVoxbox } from '../caller/engine-process.ts';
import { startFakeCarrier } from '../caller/fake-carrier.ts';
import { RtpEndpoint } from '../caller/rtp-endpoint.ts';
import { CallRefused, type EstablishedCall, placeCall } from '../caller/sip-client.ts';
import { header } from '../caller/sip-text.ts';
import { boxHost, GuardedBox, passwordOf } from './peers/guarded-box.ts';
import { scan } from './peers/sipvicious.ts';
import { type Question, type Reply, Stranger } from './peers/stranger.ts';

const run = promisify(execFile);
const scannerMissing = spawnSync('svmap', ['--version'], { stdio: 'ignore', timeout: 10_000 }).error
  ? ' (sipvicious is not installed)'
  : '';
const modelsMissing = await callerMissing();
const callsMissing = scannerMissing || (modelsMissing ? ` (${modelsMissing})` : '');

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

describe.skipIf(scannerMissing)(`SIPVicious at a box${scannerMissing}`, () => {
  const box = new GuardedBox({ withModels: false });
  beforeAll(() => box.start());
  afterAll(() => box.end());

  const banOf = async (address: string) => (await box.bans()).find((ban) => ban.address === address);

  it('gets no answer under its own name, and is banned', async () => {
    const from = '127.0.0.2';
    const { target } = box;
    const map = await scan({ program: 'svmap', from, target });
    expect(map.output).toContain('found nothing');
    const war = await scan({ program: 'svwar', from, target, args: ['-e', '100-110'] });
    expect(war.output).toContain('timed out');
    const crack = await scan({
      program: 'svcrack',
      from,
      target,
      args: ['-u', '101'],
      words: [passwordOf('101')],
    });
    expect(crack.output).toContain('no server response');
    expect(await banOf(from)).toMatchObject({ reason: 'scanner' });
  });

  it('finds no phone under another name: those that exist are answered like those that do not', async () => {
    const { target } = box;
    for (const [index, method] of (['REGISTER', 'INVITE', 'OPTIONS'] as const).entries()) {
      const from = `127.0.0.${10 + index}`;
      const args = ['-e', '95-130', '-m', method, '--force'];
      const { output, finished } = await scan({ program: 'svwar', from, target, args, userAgent: innocent });
      expect(finished).toBe(true);
      expect(output).toContain('Ok SIP device found');
      expect(output, method).toContain('found nothing');
      // REGISTER and INVITE it gives up after the first answers: all are alike.
      if (method === 'OPTIONS') expect(await banOf(from)).toMatchObject({ reason: 'tried many names' });
      for (const phone of ['101', '102', '103'])
        expect(output).not.toMatch(new RegExp(`'${phone}' .*exists`));
    }
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
    const untilMs = Date.now() + 12_000;
    box.change(({ bans }) => {
      const ban = bans.find(first);
      expect(bans.list().map(({ address }) => address)).toEqual(expect.arrayContaining([first, second]));
      if (ban) bans.put({ ...ban, untilMs });
    });
    const dataDir = join(box.folder, 'data');
    const { stdout } = await runVoxbox(['bans', 'list', '--json', '--data', dataDir]);
    expect(stdout).toContain(first);
    expect(stdout).toContain('refused again and again');
    await box.start();
    const question: Question = { method: 'REGISTER', user: '103' };
    const [one, two] = [await Stranger.at(first, box.target), await Stranger.at(second, box.target)];
    expect(Date.now()).toBeLessThan(untilMs - 2000);
    expect(await one.ask(question)).toBeNull();
    expect(await two.ask(question)).toBeNull();
    expect(await waitUntil(async () => (await one.ask(question)) !== null, 15_000)).toBe(true);
    expect(Date.now()).toBeGreaterThanOrEqual(untilMs);
    expect(await two.ask(question)).toBeNull();
    await fetch(`http://${boxHost}:${box.httpPort}/api/v1/bans/${second}`, { method: 'DELETE' });
    expect((await two.ask(question))?.message.status).toBe(401);
    for (const address of [first, second]) expect(await banOf(address)).toBeUndefined();
    one.close();
    two.close();
  });
});

describe('a name that exists and one that does not', () => {
  const box = new GuardedBox({ withModels: false });
  beforeAll(() => box.start());
  afterAll(() => box.end());

  /** One source asks so little that it is never suspected. */
  async function ask(source: number, question: Question): Promise<Reply> {
    const stranger = await Stranger.at(`127.${2 + (source >> 8)}.1.${source & 255}`, box.target);
    try {
      return (await stranger.ask(question)) ?? never();
    } finally {
      stranger.close();
    }
  }

  it.each(['REGISTER', 'INVITE'] as const)(
    'get the same answer to a wrong %s in the same time',
    async (method) => {
      const tookMs = { known: [] as number[], unknown: [] as number[] };
      const shapes = { known: new Set<string>(), unknown: new Set<string>() };
      const offset = method === 'REGISTER' ? 0 : 1000;
      // All of them answer this one: wrong answers do not use it up.
      const first = await ask(offset + 999, { method, user: '101', called: '103' });
      const challenge = header(first.message, 'www-authenticate');
      for (let turn = 0; turn < 420; turn += 1) {
        const kind = turn % 2 === 0 ? 'known' : 'unknown';
        const user = kind === 'known' ? '101' : '901';
        const reply = await ask(offset + turn, { method, user, called: '103', challenge, password: 'wrong' });
        // The first few find caches cold.
        if (turn >= 20) tookMs[kind].push(reply.tookMs);
        shapes[kind].add(shapeOf(reply));
      }
      expect(shapes.known.size).toBe(1);
      expect(shapes.unknown).toEqual(shapes.known);
      expect([...shapes.known][0]).toMatch(/^401 /);
      for (const kind of ['known', 'unknown'] as const)
        print(`  ${method} ${kind}: ${quantiles(tookMs[kind])}`);
      print(`  ${method} rank test: z = ${rankTest(tookMs.known, tookMs.unknown).toFixed(2)}`);
    },
  );
});

/** Status, header names in their order, length: all that one who does not know nonces and tags can compare. */
const shapeOf = ({ message, bytes }: Reply): string =>
  // The addresses of the sources have not all the same length.
  `${message.status} ${[...message.headers.keys()].join(' ')} ${bytes - header(message, 'via').length}`;

function quantiles(valuesMs: readonly number[]): string {
  const sorted = valuesMs.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    `${(sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(3)}`;
  return `n ${sorted.length}, p10 ${at(0.1)}, p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)} ms`;
}

/** Mann and Whitney: beyond about ±2 the two differ. */
function rankTest(a: readonly number[], b: readonly number[]): number {
  let wins = 0;
  for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0;
  const mean = (a.length * b.length) / 2;
  return (wins - mean) / Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
}

function never(): never {
  throw new Error('The box did not answer');
}

describe.skipIf(callsMissing)(`a call while strangers are at the box${callsMissing}`, () => {
  const box = new GuardedBox({ withModels: true });
  beforeAll(() => box.start());
  afterAll(() => box.end());

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
    for (const program of ['svmap', 'svwar', 'svcrack'] as const) {
      const args = program === 'svmap' ? [] : program === 'svwar' ? ['-e', '100-199'] : ['-u', '102'];
      const words = program === 'svcrack' ? { words: [...guesses, passwordOf('102')] } : {};
      await scan({ program, from, target, args, ...words });
    }
    const options = {
      from: '127.0.0.4',
      target,
      userAgent: innocent,
      words: [...guesses, passwordOf('102')],
    };
    const { output } = await scan({ program: 'svcrack', args: ['-u', '102'], ...options });
    expect(output).toContain('found nothing');
    const banned = (await box.bans()).map(({ address }) => address);
    expect(banned.toSorted()).toEqual([from, options.from]);
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
    const program = fileURLToPath(new URL('./peers/sip-flood.ts', import.meta.url));
    const args = [box.target.port, 2000, 5, sources].map(String);
    const { stdout } = await run(process.execPath, [program, ...args], { timeout: 30_000 });
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

  it('dials out for phones of the house only, and for them only what the tenant may call', async () => {
    await box.stop();
    const carrier = await startFakeCarrier();
    box.change(({ trunks }) => {
      const { port } = carrier;
      trunks.add({
        kind: 'digest',
        name: 'carrier',
        host: boxHost,
        port,
        username: 'nobody',
        ha1: '0'.repeat(32),
      });
    });
    await box.start();
    const allowed = '+12125550123';
    const refused = ['+19005550123', '+18765550123', '+442079460000', '0119005550123', '9005550123'];
    for (const number of [allowed, ...refused]) {
      const target = `sip:${number}@${boxHost}:${box.target.port}`;
      const stranger = placeCall({ target, from: '101', rtpPort: 39_990, localAddress: '127.0.0.50' });
      await expect(stranger.catch((error: unknown) => (error as CallRefused).status)).resolves.toBe(401);
      expect(carrier.answered()).toBe(number === allowed ? 0 : 1);
      const known = { username: '101', password: passwordOf('101') };
      const phone = placeCall({ target, from: '101', rtpPort: 39_992, ...known });
      if (number === allowed) await (await phone).hangUp();
      else await expect(phone, number).rejects.toBeInstanceOf(CallRefused);
    }
    expect(carrier.answered()).toBe(1);
    await box.stop();
    box.change(({ tenants, outbound }) => {
      const calls = tenants.list().map(({ id }) => outbound.used(id, Date.now()).callsLastHour);
      expect(calls.reduce((sum, count) => sum + count, 0)).toBe(1);
    });
    await carrier.stop();
  });
});
