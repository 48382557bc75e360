import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog, systemClock } from '../../engine/foundation/index.ts';
import {
  buildAnswer,
  connectCallControl,
  createDigest,
  negotiateAudio,
  parseOffer,
  readInvitation,
  type SipServer,
  type Srf,
  type SrfDialog,
  type SrfRequest,
  type SrfResponse,
  startSip,
} from '../../engine/sip/index.ts';

const missing = spawnSync('sipp', ['-v']).error !== undefined;
const peers = fileURLToPath(new URL('../sip-peers/', import.meta.url));
const transports = [
  { transport: 'udp', mode: 'u1' },
  { transport: 'tcp', mode: 't1' },
] as const;

let folder: string;
let server: SipServer;
let srf: Srf;
let dialogs: SrfDialog[] = [];
let destroyed = 0;
let cancelled = 0;

/** What the application does is told by the number that is called. */
const behaviours: Readonly<Record<string, (req: SrfRequest, res: SrfResponse) => unknown>> = {
  answer: (req, res) => answer(req, res),
  'hang-up': async (req, res) => {
    const dialog = await answer(req, res);
    await dialog.destroy();
    destroyed += 1;
  },
  ring: (req, res) => {
    req.on('cancel', () => {
      cancelled += 1;
    });
    res.send(180);
  },
  refuse: (_, res) => res.send(488),
  password: (req, res) => {
    const { authorization } = readInvitation(req);
    const verdict = digest.verify({ header: authorization ?? '', method: 'INVITE', lookup: () => ha1 });
    if (verdict.ok) return answer(req, res);
    return res.send(401, { headers: { 'WWW-Authenticate': digest.challenge() } });
  },
};
const digest = createDigest({ realm: 'voxbox', secret: 'interop', clock: systemClock });
/** MD5 of desk:voxbox:right */
const ha1 = '3d66f2d97be35a9a00419deda18f60bc';

async function answer(req: SrfRequest, res: SrfResponse): Promise<SrfDialog> {
  const audio = negotiateAudio(parseOffer(readInvitation(req).offer), { codecs: ['PCMU', 'PCMA'] });
  if (!audio) throw new Error('sipp offers PCMU');
  const localSdp = buildAnswer(audio, { address: '127.0.0.1', port: 20_000, sessionId: 1 });
  const dialog = await srf.createUAS(req, res, { localSdp });
  dialogs.push(dialog);
  dialog.on('destroy', () => {
    destroyed += 1;
  });
  return dialog;
}

/** Runs sipp to its end. @returns its exit code and what it found unexpected */
async function sipp(args: readonly string[]): Promise<{ code: number | null; errors: string }> {
  const child = start(args);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  const logs = readdirSync(folder).filter((name) => name.endsWith('_errors.log'));
  const errors = logs.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  for (const name of logs) rmSync(join(folder, name));
  return { code, errors };
}

const start = (args: readonly string[]): ChildProcess =>
  spawn('sipp', [...args, '-i', '127.0.0.1', '-nostdin', '-trace_err', '-timeout', '30s', '-timeout_error'], {
    cwd: folder,
    stdio: 'ignore',
  });

const call = (scenario: string, options: { number: string; mode: string; calls?: number }) =>
  sipp([
    `127.0.0.1:${server.port}`,
    ...['-sf', join(peers, `${scenario}.xml`), '-s', options.number, '-t', options.mode],
    ...['-m', String(options.calls ?? 3), '-r', '20', '-au', 'desk', '-ap', 'right'],
  ]);

describe.skipIf(missing)(`SIP server against sipp${missing ? ' (no sipp on this machine)' : ''}`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'voxbox-sipp-'));
    server = await startSip({ host: '127.0.0.1', port: 0, log: silentLog });
    const { controlHost: host, controlPort: port, controlSecret: secret } = server;
    srf = await connectCallControl({ host, port, secret });
    srf.invite((req, res) => {
      const behaviour = behaviours[readInvitation(req).calledNumber];
      if (behaviour) void behaviour(req, res);
      else res.send(404);
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
  afterAll(async () => {
    srf.disconnect();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(transports)('over $transport', ({ mode, transport }) => {
    it('answers, and hears the caller hang up', async () => {
      destroyed = 0;
      const args = [`127.0.0.1:${server.port}`, '-sn', 'uac', '-s', 'answer', '-t', mode];
      expect(await sipp([...args, '-m', '5', '-r', '10', '-d', '100'])).toEqual({ code: 0, errors: '' });
      await expect.poll(() => destroyed).toBe(5);
    });

    it('hangs up itself', async () => {
      destroyed = 0;
      const outcome = await call('caller-who-is-hung-up-on', { number: 'hang-up', mode });
      expect(outcome).toEqual({ code: 0, errors: '' });
      await expect.poll(() => destroyed).toBe(3);
    });

    it('ends a ringing call that is cancelled', async () => {
      cancelled = 0;
      expect(await call('caller-who-cancels', { number: 'ring', mode })).toEqual({ code: 0, errors: '' });
      await expect.poll(() => cancelled).toBe(3);
    });

    it('challenges, and takes the right password', async () => {
      dialogs = [];
      expect(await call('caller-with-password', { number: 'password', mode })).toEqual({
        code: 0,
        errors: '',
      });
      expect(dialogs.length).toBe(3);
    });

    it('refuses with 488', async () => {
      expect(await call('caller-refused', { number: 'refuse', mode })).toEqual({ code: 0, errors: '' });
    });

    it('answers OPTIONS', async () => {
      expect(await call('line-check', { number: 'answer', mode })).toEqual({ code: 0, errors: '' });
    });

    it('calls out, and hangs up', async () => {
      const port = transport === 'udp' ? 25_160 : 25_161;
      const callee = start(['-sn', 'uas', '-p', String(port), '-t', mode, '-m', '1']);
      const exit = new Promise<number | null>((resolve) => callee.once('exit', resolve));
      const localSdp =
        'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 20000 RTP/AVP 0\r\n';
      const heard: number[] = [];
      const progress = { cbProvisional: (res: SrfResponse) => heard.push(res.status) };
      const uri = `sip:100@127.0.0.1:${port};transport=${transport}`;
      await new Promise((resolve) => setTimeout(resolve, 300));
      const dialog = await srf.createUAC(uri, { localSdp, callingNumber: '+14155550100' }, progress);
      expect(heard).toEqual([180]);
      expect(dialog.remote.sdp).toContain('m=audio');
      await new Promise((resolve) => setTimeout(resolve, 100));
      await dialog.destroy();
      expect(await exit).toBe(0);
    });
  });

  it('sets up 150 calls a second without a failure', async () => {
    destroyed = 0;
    const args = [`127.0.0.1:${server.port}`, '-sn', 'uac', '-s', 'answer', '-d', '200'];
    expect(await sipp([...args, '-r', '150', '-m', '600', '-l', '600'])).toEqual({ code: 0, errors: '' });
    await expect.poll(() => destroyed).toBe(600);
  });
});
