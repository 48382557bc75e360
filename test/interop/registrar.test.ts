import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLog, systemClock } from '../../engine/foundation/index.ts';
import {
  type AudioCodec,
  acceptAnswer,
  type Binding,
  buildAnswer,
  buildOffer,
  connectCallControl,
  createDigest,
  createRegistrar,
  ha1Of,
  type NegotiatedAudio,
  negotiateAudio,
  nextHopOf,
  parseOffer,
  type Registrar,
  type SipServer,
  type Srf,
  type SrfDialog,
  type SrtpMode,
  sipRealm,
  startSip,
} from '../../engine/sip/index.ts';
import { writeWav } from '../caller/wav-file.ts';

const host = '127.0.0.1';
const missing = spawnSync('baresip', ['-h'], { stdio: 'ignore', timeout: 5000 }).error
  ? ' (baresip is not installed)'
  : '';

const configuration = (folder: string): string => `poll_method epoll
sip_listen ${host}:0
net_interface ${host}
rtp_ports 37200-37300
audio_source aufile,${join(folder, 'says.wav')}
audio_player aubridge,nowhere
audio_alert aubridge,nowhere
audio_channels 1
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
snd_path ${folder}
module_path /usr/lib/baresip/modules
module g711.so
module g722.so
module opus.so
module aufile.so
module aubridge.so
module srtp.so
module_app account.so
module_app menu.so
`;

interface Telephone {
  /** What it has written so far. */
  said(): string;
  /** Leaves as a person would make it: it un-registers. */
  quit(): Promise<void>;
}

/** A telephone with one account; it takes every call. */
function telephone(account: string, commands: readonly string[] = []): Telephone {
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-registrar-'));
  writeFileSync(join(folder, 'config'), configuration(folder));
  // It hangs up by itself at the end of what it says.
  writeWav(join(folder, 'says.wav'), new Int16Array(30 * 8000), 8000);
  writeFileSync(join(folder, 'accounts'), `${account}\n`);
  const options = commands.flatMap((command) => ['-e', command]);
  const child: ChildProcess = spawn('baresip', ['-f', folder, '-t', '60', ...options]);
  let text = '';
  const hear = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    said: () => text,
    quit: async () => {
      child.kill('SIGINT');
      const limit = setTimeout(() => child.kill('SIGKILL'), 8000);
      await gone;
      clearTimeout(limit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe.skipIf(missing)(`baresip at the registrar${missing}`, () => {
  let server: SipServer;
  let srf: Srf;
  let registrar: Registrar;
  const telephones: Telephone[] = [];
  const dialogs: SrfDialog[] = [];
  /** How the next call is answered, and what came of that. */
  let answering: { readonly codecs: readonly AudioCodec[]; readonly srtp: SrtpMode } | null = null;
  const answered: NegotiatedAudio[] = [];
  let rtp: Socket;
  /** Bytes of the packets that came to the port of our descriptions. */
  const packets: number[] = [];

  beforeAll(async () => {
    rtp = createSocket('udp4').on('message', (octets) => void packets.push(octets.length));
    await new Promise<void>((resolve) => rtp.bind(0, host, resolve));
    server = await startSip({ host, port: 0, log: silentLog });
    const { controlHost, controlPort, controlSecret: secret } = server;
    srf = await connectCallControl({ host: controlHost, port: controlPort, secret });
    registrar = createRegistrar({
      digest: createDigest({ realm: sipRealm, secret: 'of this test', clock: systemClock }),
      ports: {
        ha1Of: (username) => (username === '101' ? ha1Of('101', 'pass word') : null),
        load: () => [],
        save: () => {},
      },
      clock: systemClock,
      log: silentLog,
    });
    srf.register(registrar.handle);
    srf.invite((req, res) => {
      const audio = answering && negotiateAudio(parseOffer(req.body), answering);
      if (!audio) return res.send(488);
      answered.push(audio);
      const localSdp = buildAnswer(audio, { address: host, port: rtp.address().port, sessionId: 1 });
      void srf.createUAS(req, res, { localSdp }).then((dialog) => dialogs.push(dialog));
    });
  });

  afterEach(async () => {
    for (const dialog of dialogs.splice(0)) if (dialog.connected) await dialog.destroy();
    await Promise.all(telephones.splice(0).map((each) => each.quit()));
    answered.length = 0;
    packets.length = 0;
    answering = null;
  });

  afterAll(async () => {
    rtp?.close();
    registrar?.stop();
    srf?.disconnect();
    await server?.stop();
  });

  const connect = (params: string, commands: readonly string[] = [], password = 'pass word'): Telephone => {
    const [transport = '', ...rest] = params.split(' ');
    const account = `<sip:101@${host}:${server.port}${transport}>;auth_user=101;auth_pass="${password}";answermode=auto;${rest.join(';')}`;
    const phone = telephone(account, commands);
    telephones.push(phone);
    return phone;
  };

  const registered = (): Promise<Binding> =>
    vi.waitFor(
      () => {
        const [binding] = registrar.bindingsOf('101');
        if (!binding) throw new Error('not registered');
        return binding;
      },
      { timeout: 8000, interval: 50 },
    );

  it.each([
    ['udp', ''],
    ['tcp', ';transport=tcp'],
  ])('registers over %s, and takes itself out when it leaves', async (transport, param) => {
    const phone = connect(`${param} regint=60`);
    const binding = await registered();
    expect(binding).toMatchObject({ aor: '101', userAgent: expect.stringContaining('baresip') });
    expect(binding.flow).toMatch(new RegExp(`^${transport}/${host}:[0-9]+$`));
    await phone.quit();
    expect(registrar.bindingsOf('101')).toEqual([]);
  });

  it('stays out with a wrong password', async () => {
    const phone = connect(' regint=60', [], 'guessed');
    await vi.waitFor(() => expect(phone.said()).toMatch(/401|Unauthorized|Authentication/i), {
      timeout: 8000,
    });
    expect(registrar.bindingsOf('101')).toEqual([]);
  });

  it.each([
    ['PCMU', '', 'off', 'audio_codecs=PCMU'],
    ['G722', '', 'off', 'audio_codecs=G722/16000/1'],
    ['opus', ';transport=tcp', 'off', 'audio_codecs=opus/48000/2'],
    ['PCMA', '', 'required', 'audio_codecs=PCMA mediaenc=srtp'],
    ['opus', '', 'required', 'audio_codecs=opus/48000/2 mediaenc=srtp-mand'],
  ] as const)('takes a call with %s%s, encryption %s', async (codec, transport, srtp, params) => {
    connect(`${transport} regint=60 ${params}`);
    const binding = await registered();
    const codecs = ['PCMU', 'PCMA', 'G722', 'opus'] satisfies AudioCodec[];
    const offer = buildOffer({ address: host, port: rtp.address().port, sessionId: 1, codecs, srtp });
    const dialog = await srf.createUAC(binding.contact, { localSdp: offer.sdp, proxy: nextHopOf(binding) });
    dialogs.push(dialog);
    const audio = acceptAnswer(offer, dialog.remote.sdp);
    expect(audio).toMatchObject({
      codec,
      remote: { address: host },
      dtmfPayloadType: expect.any(Number),
      direction: 'sendrecv',
    });
    expect(audio?.srtp !== null).toBe(srtp === 'required');
  });

  it.each([
    ['PCMA', '', 'off', 'audio_codecs=PCMA', false],
    ['G722', '', 'off', 'audio_codecs=G722/16000/1', false],
    ['opus', ';transport=tcp', 'off', 'audio_codecs=opus/48000/2', false],
    ['PCMU', '', 'optional', 'audio_codecs=PCMU mediaenc=srtp', true],
    ['PCMU', '', 'off', 'audio_codecs=PCMU mediaenc=srtp', false],
    ['opus', '', 'required', 'audio_codecs=opus/48000/2 mediaenc=srtp-mand', true],
    ['PCMU', '', 'required', 'audio_codecs=PCMU mediaenc=srtp-mandf', true],
  ] as const)('calls with %s%s, encryption %s: %s', async (codec, transport, srtp, params, encrypted) => {
    answering = { codecs: ['PCMU', 'PCMA', 'G722', 'opus'], srtp };
    const phone = connect(`${transport} regint=60 ${params}`, [
      `d sip:100@${host}:${server.port}${transport}`,
    ]);
    await vi.waitFor(() => expect(phone.said()).toContain('Call established'), { timeout: 8000 });
    expect(answered[0]).toMatchObject({ codec, remote: { address: host } });
    expect(answered[0]?.srtp !== null).toBe(encrypted);
    if (codec === 'opus') return;
    // 12 of RTP's header, 160 of 20 ms, and 10 of the tag where it is encrypted (RFC 3711 §3.1).
    await vi.waitFor(() => expect(packets).toContain(encrypted ? 182 : 172), { timeout: 5000 });
    expect(packets).not.toContain(encrypted ? 172 : 182);
  });
});
