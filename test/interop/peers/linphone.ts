import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Phone, PhoneCodec, PhoneOptions } from './baresip.ts';
import { freePort, PeerProgram } from './program.ts';
import { readGrowingWav, toneMs, writeTone } from './tone.ts';

/** Clock rate by which it lists its codecs, and rate of its recordings. */
const codecs: readonly { readonly codec: PhoneCodec; readonly rateHz: number; readonly audioHz: number }[] = [
  { codec: 'PCMU', rateHz: 8000, audioHz: 8000 },
  { codec: 'PCMA', rateHz: 8000, audioHz: 8000 },
  { codec: 'G722', rateHz: 8000, audioHz: 16_000 },
  { codec: 'opus', rateHz: 48_000, audioHz: 48_000 },
];

const toneSeconds = 60;

interface Configuration {
  readonly folder: string;
  readonly sipPort: number;
  readonly rtpPort: number;
}

function configuration(options: PhoneOptions, { folder, sipPort, rtpPort }: Configuration): string {
  const { user, server, transport, password, srtp = 'off', certificate } = options;
  const portOf = (name: string): number => (name === transport ? sipPort : 0);
  const chosen = codecs.map(
    ({ codec, rateHz }, n) =>
      `[audio_codec_${n}]\nmime=${codec}\nrate=${rateHz}\nchannels=${codec === 'opus' ? 2 : 1}\nenabled=${Number(codec === options.codec)}\n`,
  );
  const host = server.split(':')[0] ?? '127.0.0.1';
  const account = `[proxy_0]
reg_proxy=<sip:${server};transport=${transport}>
reg_route=<sip:${server};transport=${transport};lr>
reg_identity=<sip:${user}@${server}>
reg_expires=60
reg_sendregister=${password === undefined ? 0 : 1}
publish=0
[auth_info_0]
username=${user}
userid=${user}
passwd=${password ?? ''}
`;
  return `[sip]
default_proxy=0
guess_hostname=0
contact=sip:${user}@${host}
sip_port=${portOf('udp')}
sip_tcp_port=${portOf('tcp')}
sip_tls_port=${portOf('tls')}
ping_with_options=0
use_ipv6=0
use_rfc2833=1
use_info=0
keepalive_period=20000
auto_net_state_mon=0
media_encryption=${srtp === 'off' ? 'none' : 'srtp'}
media_encryption_mandatory=${Number(srtp === 'required')}
verify_server_certs=0
verify_server_cn=0
register_only_when_network_is_up=0
${certificate === undefined ? '' : `client_cert_chain=${certificate}\nclient_cert_key=${certificate}`}
[net]
firewall_policy=0
nat_policy_ref=
[rtp]
audio_rtp_port=${rtpPort}-${rtpPort + 40}
audio_adaptive_jitt_comp_enabled=1
nortp_timeout=60
[sound]
echocancellation=0
playback_dev_id=
capture_dev_id=
[video]
capture=0
display=0
[misc]
add_missing_audio_codecs=0
file_transfer_server_url=
log_collection_upload_server_url=
[storage]
backend=sqlite3
uri=${join(folder, 'linphone.db')}
call_logs_db_uri=null
[lime]
enabled=0
${chosen.join('')}${account}`;
}

/** Starts linphonec without sound hardware: it speaks a tone and keeps what it hears in a file. */
export async function startLinphone(options: PhoneOptions): Promise<Linphone> {
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-linphone-'));
  mkdirSync(join(folder, 'heard'));
  mkdirSync(join(folder, '.local/share/linphone'), { recursive: true });
  const [sipPort, rtpBase] = [await freePort(), await freePort()];
  const rtpPort = Math.min(60_000, rtpBase - (rtpBase % 2));
  writeFileSync(join(folder, 'rc'), configuration(options, { folder, sipPort, rtpPort }));
  writeTone(join(folder, 'says.wav'), { hz: options.hz, seconds: toneSeconds, rateHz: 8000 });
  // Its output would come in blocks: there is no terminal.
  const args = ['-oL', '-eL', 'linphonec', '-S', '-c', 'rc'];
  const program = new PeerProgram({ command: 'stdbuf', args, folder });
  const phone = new Linphone(options, { folder, sipPort, program });
  try {
    await program.said(/linphonec> /);
    await phone.order('soundcard use files');
    await phone.order(`play ${join(folder, 'says.wav')}`);
    await phone.order(`record ${join(folder, 'heard', 'heard.wav')}`);
  } catch (error) {
    await phone.stop();
    throw error;
  }
  return phone;
}

export class Linphone implements Phone {
  readonly name = 'linphone';
  readonly uri: string;
  readonly program: PeerProgram;
  readonly #folder: string;
  readonly #audioHz: number;
  #answered = 0;

  constructor(
    options: PhoneOptions,
    parts: { readonly folder: string; readonly sipPort: number; readonly program: PeerProgram },
  ) {
    this.#folder = parts.folder;
    this.program = parts.program;
    this.#audioHz = codecs.find(({ codec }) => codec === options.codec)?.audioHz ?? 8000;
    this.uri = `sip:${options.user}@127.0.0.1:${parts.sipPort};transport=${options.transport}`;
  }

  /** Types a line and waits for the prompt after it. */
  async order(line: string): Promise<void> {
    const from = this.program.output.length;
    this.program.write(line);
    await this.program.said(/linphonec> /, { from, timeoutMs: 5000 }).catch(() => {});
  }

  async registered(): Promise<void> {
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const from = this.program.output.length;
      await this.order('status register');
      if (/registered, identity=/.test(this.program.output.slice(from))) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error(`linphonec does not register:\n${this.program.output.slice(-1000)}`);
  }

  async dial(uri: string): Promise<void> {
    const from = this.program.output.length;
    this.program.write(`call ${uri}`);
    await this.#up(from);
  }

  async accept(): Promise<void> {
    const from = this.#answered;
    await this.program.said(/Receiving new incoming call/, { from });
    this.#answered = this.program.output.length;
    this.program.write('answer');
    await this.#up(from);
  }

  async #up(from: number): Promise<void> {
    const [text] = await this.program.said(/Media streams established|Call \d+ with .* (error|ended)/, {
      from,
    });
    if (!text.startsWith('Media')) throw new Error(`linphonec has no call: ${text}`);
  }

  async hold(): Promise<void> {
    const from = this.program.output.length;
    this.program.write('pause');
    await this.program.said(/Call \d+ with .* is now paused/, { from });
  }

  async resume(): Promise<void> {
    const from = this.program.output.length;
    this.program.write('resume');
    await this.program.said(/Media streams established/, { from });
  }

  async press(keys: string): Promise<void> {
    for (const key of keys) {
      this.program.write(key);
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
  }

  async transfer(uri: string): Promise<void> {
    await this.order(`transfer ${uri}`);
  }

  async hangUp(): Promise<void> {
    await this.order('terminate');
  }

  /** Attended transfer: whom its two calls are with are connected, by REFER with Replaces. */
  async join(): Promise<void> {
    const [first, second] = await this.#calls();
    await this.order(`transfer ${first} --to-call ${second}`);
  }

  /** Ids of its calls. */
  async #calls(): Promise<readonly string[]> {
    const from = this.program.output.length;
    await this.order('calls');
    const table = this.program.output.slice(from);
    return [...table.matchAll(/^(\d+) +\| /gm)].map(([, id = '']) => id);
  }

  async ended(timeoutMs = 10_000): Promise<void> {
    const limit = performance.now() + timeoutMs;
    while ((await this.#calls()).length > 0) {
      if (performance.now() > limit) throw new Error(`linphonec has calls after ${timeoutMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  heardMs(hz: number): number {
    const folder = join(this.#folder, 'heard');
    return readdirSync(folder)
      .map((name) => readGrowingWav(join(folder, name), this.#audioHz))
      .reduce((sum, { samples, rateHz }) => sum + toneMs(samples, { hz, rateHz }), 0);
  }

  async stop(): Promise<void> {
    if (this.program.running) this.program.write('quit');
    await this.program.said(/Terminating/, { timeoutMs: 1500 }).catch(() => {});
    await this.program.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
