import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, PeerProgram } from './program.ts';
import { readGrowingWav, toneMs, writeTone } from './tone.ts';

export type PhoneCodec = 'PCMU' | 'PCMA' | 'G722' | 'opus';
export type PhoneTransport = 'udp' | 'tcp' | 'tls';

export interface PhoneOptions {
  readonly user: string;
  /** Where it sends everything: `address:port` of a registrar or of the box. */
  readonly server: string;
  readonly transport: PhoneTransport;
  readonly codec: PhoneCodec;
  /** SDES (RFC 4568): offered beside plain RTP, or insisted upon. */
  readonly srtp?: 'off' | 'optional' | 'required';
  /** It registers with this password; without one it does not register. */
  readonly password?: string;
  /** The tone it speaks in. */
  readonly hz: number;
  /** PEM file with key and certificate, for its own TLS side. */
  readonly certificate?: string;
}

/** What both telephones of the tests can do. */
export interface Phone {
  readonly name: 'baresip' | 'linphone';
  /** Its own address of record's user and the port it listens at. */
  readonly uri: string;
  readonly program: PeerProgram;
  registered(): Promise<void>;
  /** Resolves when the call is answered. */
  dial(uri: string): Promise<void>;
  /** Waits for an incoming call and takes it. */
  accept(): Promise<void>;
  hold(): Promise<void>;
  resume(): Promise<void>;
  press(keys: string): Promise<void>;
  /** Blind transfer by REFER. */
  transfer(uri: string): Promise<void>;
  hangUp(): Promise<void>;
  /** Resolves when no call is left. */
  ended(timeoutMs?: number): Promise<void>;
  /** For how long it heard that tone, over all its calls. */
  heardMs(hz: number): number;
  stop(): Promise<void>;
}

const codecNames: Readonly<Record<PhoneCodec, string>> = {
  PCMU: 'pcmu',
  PCMA: 'pcma',
  G722: 'g722/16000/1',
  opus: 'opus/48000/2',
};
/** A file of another rate than the codec's is refused. */
const audioRates: Readonly<Record<PhoneCodec, number>> = {
  PCMU: 8000,
  PCMA: 8000,
  G722: 16_000,
  opus: 48_000,
};
const mediaEncryption = { off: '', optional: ';mediaenc=srtp', required: ';mediaenc=srtp-mand' } as const;
const toneSeconds = 60;

interface Configuration {
  readonly folder: string;
  readonly sipPort: number;
  readonly controlPort: number;
  readonly rtpPort: number;
}

const configuration = (
  options: PhoneOptions,
  { folder, ...ports }: Configuration,
): string => `poll_method epoll
sip_listen 127.0.0.1:${ports.sipPort}
${options.certificate === undefined ? '' : `sip_certificate ${options.certificate}`}
net_interface 127.0.0.1
rtp_ports ${ports.rtpPort}-${ports.rtpPort + 40}
ctrl_tcp_listen 127.0.0.1:${ports.controlPort}
call_max_calls 8
audio_source aufile,${join(folder, 'says.wav')}
audio_player aubridge,nowhere
audio_alert aubridge,nowhere
audio_channels 1
ausrc_channels 1
auplay_channels 1
snd_path ${join(folder, 'heard')}
ringback_disabled yes
module_path /usr/lib/baresip/modules
module g711.so
module g722.so
module opus.so
module aufile.so
module aubridge.so
module sndfile.so
module srtp.so
module_app account.so
module_app ctrl_tcp.so
module_app menu.so
`;

function accountLine({ user, server, transport, codec, srtp = 'off', password }: PhoneOptions): string {
  // Renewed at half of what was granted: a registrar that grants five seconds has forgotten it after four and a bit.
  const registration =
    password === undefined ? ';regint=0' : `;auth_user=${user};auth_pass="${password}";regint=60;rwait=50`;
  const proxy = `;outbound="sip:${server};transport=${transport}"`;
  const uri = `<sip:${user}@${server};transport=${transport}>`;
  const codecs = `;audio_codecs=${codecNames[codec]}`;
  return `${uri}${registration}${proxy}${mediaEncryption[srtp]}${codecs};answermode=manual\n`;
}

interface ControlEvent {
  readonly event?: boolean;
  readonly response?: boolean;
  readonly type?: string;
  readonly ok?: boolean;
  readonly data?: string;
  readonly token?: string;
  readonly param?: string;
}

/** Starts baresip without sound hardware: it speaks a tone and keeps what it hears in files. */
export async function startBaresip(options: PhoneOptions): Promise<Baresip> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch(options);
    } catch (error) {
      // Somebody else has taken a port since it was found free.
      if (attempt === 3 || !/Address already in use/.test(String(error))) throw error;
    }
  }
}

type Baresip = Phone & { readonly events: () => readonly string[] };

async function launch(options: PhoneOptions): Promise<Baresip> {
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-baresip-'));
  mkdirSync(join(folder, 'heard'));
  const [sipPort, controlPort, rtpBase] = [await freePort(), await freePort(), await freePort()];
  const rtpPort = Math.min(60_000, rtpBase - (rtpBase % 2));
  writeFileSync(join(folder, 'config'), configuration(options, { folder, sipPort, controlPort, rtpPort }));
  writeFileSync(join(folder, 'accounts'), accountLine(options));
  writeFileSync(join(folder, 'contacts'), '');
  writeTone(join(folder, 'says.wav'), {
    hz: options.hz,
    seconds: toneSeconds,
    rateHz: audioRates[options.codec],
  });
  const program = new PeerProgram({ command: 'baresip', args: ['-f', folder], folder });
  try {
    await program.said(/baresip is ready|TCP socket listening/);
    const control = await BaresipControl.open(controlPort);
    return phone(options, { folder, sipPort, program, control });
  } catch (error) {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Parts {
  readonly folder: string;
  readonly sipPort: number;
  readonly program: PeerProgram;
  readonly control: BaresipControl;
}

function phone(options: PhoneOptions, { folder, sipPort, program, control }: Parts) {
  const heard = join(folder, 'heard');
  return {
    name: 'baresip' as const,
    uri: `sip:${options.user}@127.0.0.1:${sipPort};transport=${options.transport}`,
    program,
    events: () => control.events.map(({ type = '', param = '' }) => `${type} ${param}`),
    // The event may be told before anybody listens.
    registered: async () => void (await program.said(/200 OK .*\[\d+ binding/)),
    async dial(uri: string) {
      const from = control.events.length;
      await control.command('dial', uri);
      await control.happened('CALL_ESTABLISHED', { from });
    },
    async accept() {
      await control.happened('CALL_INCOMING', { consume: true });
      const from = control.events.length;
      await control.command('accept');
      await control.happened('CALL_ESTABLISHED', { from });
    },
    async hold() {
      await control.command('hold');
    },
    async resume() {
      await control.command('resume');
    },
    async press(keys: string) {
      for (const key of keys) {
        await control.command('sndcode', key);
        await new Promise((resolve) => setTimeout(resolve, 250));
        // The key is let go: code 4 (end of transmission).
        await control.command('sndcode', '\u0004').catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async transfer(uri: string) {
      await control.command('transfer', uri);
    },
    async hangUp() {
      await control.command('hangup');
    },
    async ended(timeoutMs = 10_000) {
      const limit = performance.now() + timeoutMs;
      for (;;) {
        const calls = await control.command('listcalls');
        if (/Active calls \(0\)/.test(calls)) return;
        if (performance.now() > limit) throw new Error(`baresip has calls after ${timeoutMs} ms: ${calls}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    heardMs(hz: number) {
      const files = readdirSync(heard).filter((name) => name.endsWith('-dec.wav'));
      return files
        .map((name) => readGrowingWav(join(heard, name)))
        .reduce((sum, { samples, rateHz }) => sum + toneMs(samples, { hz, rateHz }), 0);
    },
    async stop() {
      control.close();
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** baresip's module ctrl_tcp: JSON in netstrings, answers and events. */
class BaresipControl {
  readonly events: ControlEvent[] = [];
  readonly #socket: Socket;
  readonly #waiting = new Map<string, (answer: ControlEvent) => void>();
  readonly #consumed = new Set<ControlEvent>();
  #pending = Buffer.alloc(0);
  #last = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => {});
  }

  static async open(port: number): Promise<BaresipControl> {
    for (let attempt = 0; ; attempt += 1) {
      const socket = connect({ host: '127.0.0.1', port });
      const open = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      if (open) return new BaresipControl(socket);
      if (attempt > 30) throw new Error('baresip does not open its control port');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  #take(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const colon = this.#pending.indexOf(':');
      const length = Number(this.#pending.toString('latin1', 0, Math.max(0, colon)));
      if (colon < 1 || this.#pending.length < colon + 1 + length + 1) return;
      const text = this.#pending.toString('utf8', colon + 1, colon + 1 + length);
      this.#pending = this.#pending.subarray(colon + length + 2);
      const event: ControlEvent = JSON.parse(text);
      if (event.response) this.#waiting.get(event.token ?? '')?.(event);
      else this.events.push(event);
    }
  }

  /** @throws Error where baresip refuses it */
  async command(command: string, params?: string): Promise<string> {
    this.#last += 1;
    const token = String(this.#last);
    const text = JSON.stringify({ command, token, ...(params === undefined ? {} : { params }) });
    const answer = await new Promise<ControlEvent>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`baresip does not answer "${command}"`)), 5000);
      this.#waiting.set(token, (event) => {
        clearTimeout(timer);
        resolve(event);
      });
      this.#socket.write(`${Buffer.byteLength(text)}:${text},`);
    });
    this.#waiting.delete(token);
    if (answer.ok === false) throw new Error(`baresip refuses "${command}": ${answer.data}`);
    return answer.data ?? '';
  }

  async happened(
    type: string,
    options: { readonly from?: number; readonly timeoutMs?: number; readonly consume?: boolean } = {},
  ): Promise<void> {
    const { from = 0, timeoutMs = 10_000, consume = false } = options;
    const limit = performance.now() + timeoutMs;
    for (;;) {
      const found = this.events
        .slice(from)
        .find((event) => event.type === type && !this.#consumed.has(event));
      if (found) {
        if (consume) this.#consumed.add(found);
        return;
      }
      const closed = this.events.slice(from).find((event) => event.type === 'CALL_CLOSED');
      if (closed && type === 'CALL_ESTABLISHED')
        throw new Error(`baresip's call was closed: ${closed.param}`);
      if (performance.now() > limit) {
        const seen = this.events.map((event) => `${event.type} ${event.param}`).join(', ');
        throw new Error(`no ${type} of baresip in ${timeoutMs} ms; it told: ${seen}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
