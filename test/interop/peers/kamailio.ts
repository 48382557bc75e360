import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askOptions } from './options-probe.ts';
import { PeerProgram } from './program.ts';

export interface KamailioOptions {
  /** For UDP and TCP. */
  readonly port: number;
  /** Listens for TLS as well; the files are PEM. */
  readonly tls?: { readonly port: number; readonly keyFile: string; readonly certFile: string };
  /**
   * `proxy`: a registrar behind digest that relays calls to whoever is registered, with Record-Route.
   * `answerer`: the script itself answers every INVITE with 200, keeping nothing of the call.
   */
  readonly mode: 'proxy' | 'answerer';
  /** Name → password; their realm is the loopback's address. */
  readonly users?: Readonly<Record<string, string>>;
  readonly algorithm?: 'MD5' | 'SHA-256';
  /** Seconds that it grants a registration at most. */
  readonly maxExpiresS?: number;
  /** Refuses shorter registrations with 423. */
  readonly minExpiresS?: number;
  /** Calls of registered users need a password as well. */
  readonly challengeCalls?: boolean;
  /** Pins it to this processor core. */
  readonly core?: number;
  readonly processes?: number;
}

export interface Kamailio {
  readonly port: number;
  /** Of the digest challenge. */
  readonly realm: string;
  readonly program: PeerProgram;
  stop(): Promise<void>;
}

const host = '127.0.0.1';
export const kamailioRealm = 'kamailio.test';

const head = ({ port, tls, processes = 2 }: KamailioOptions): string => `#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=${processes}
tcp_children=1
auto_aliases=no
dns=no
rev_dns=no
tcp_connection_lifetime=3600
listen=udp:${host}:${port}
listen=tcp:${host}:${port}
${tls ? secured(tls) : ''}`;

const secured = ({ port, keyFile, certFile }: NonNullable<KamailioOptions['tls']>): string => `enable_tls=yes
listen=tls:${host}:${port}
loadmodule "tls.so"
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "private_key", "${keyFile}")
modparam("tls", "certificate", "${certFile}")
`;

const modules = (names: readonly string[]): string =>
  names.map((name) => `loadmodule "${name}.so"\n`).join('');

const answerer = (options: KamailioOptions): string => `${head(options)}
${modules(['sl', 'pv', 'textops', 'siputils'])}
request_route {
  if (is_method("INVITE")) {
    append_to_reply("Contact: <sip:${host}:${options.port}>\\r\\n");
    set_reply_body("v=0\\r\\no=- 1 1 IN IP4 ${host}\\r\\ns=-\\r\\nc=IN IP4 ${host}\\r\\nt=0 0\\r\\nm=audio 20000 RTP/AVP 0\\r\\na=rtpmap:0 PCMU/8000\\r\\n", "application/sdp");
    sl_send_reply("200", "OK");
  } else if (!is_method("ACK")) {
    sl_send_reply("200", "OK");
  }
}
`;

const quoted = (text: string): string => JSON.stringify(text);

function proxy(options: KamailioOptions): string {
  const users = Object.entries(options.users ?? {}).map(
    ([name, password]) => `  $sht(users=>${name}) = ${quoted(password)};\n`,
  );
  const { algorithm = 'MD5', maxExpiresS = 3600, minExpiresS = 0, challengeCalls = false } = options;
  return `${head(options)}
${modules(['kex', 'tm', 'sl', 'rr', 'pv', 'maxfwd', 'textops', 'siputils', 'htable', 'auth', 'usrloc', 'registrar', 'xlog'])}
modparam("htable", "htable", "users=>size=4;")
modparam("auth", "algorithm", "${algorithm === 'MD5' ? '' : algorithm}")
modparam("auth", "nonce_expire", 300)
modparam("usrloc", "db_mode", 0)
modparam("registrar", "max_expires", ${maxExpiresS})
modparam("registrar", "min_expires", ${minExpiresS})
modparam("tm", "failure_reply_mode", 3)
modparam("rr", "enable_full_lr", 1)

event_route[htable:mod-init] {
${users.join('')}}

request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
    sl_send_reply("404", "Not here");
    exit;
  }
  t_check_trans();
  if (is_method("OPTIONS") && $rU == $null) { sl_send_reply("200", "OK"); exit; }
  if (is_method("REGISTER")) {
    if ($au == $null || !pv_www_authenticate("${kamailioRealm}", "$sht(users=>$au)", "0")) {
      www_challenge("${kamailioRealm}", "1");
      exit;
    }
    xlog("L_ALERT", "register $au $ct expires $hdr(Expires)\\n");
    save("location");
    exit;
  }
  if (${challengeCalls ? '1' : '0'} == 1 && is_method("INVITE")) {
    if ($au == $null || !pv_proxy_authenticate("${kamailioRealm}", "$sht(users=>$au)", "0")) {
      proxy_challenge("${kamailioRealm}", "1");
      exit;
    }
    consume_credentials();
  }
  if (is_method("INVITE|SUBSCRIBE|REFER")) record_route();
  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  xlog("L_ALERT", "relay $rm $fU to $ru\\n");
  t_relay();
}
`;
}

const libraries = '/usr/lib';

/** Whether it can speak TLS: Debian has that in a package of its own, in the folder of its architecture. */
export const kamailioHasTls = (): boolean =>
  existsSync(libraries) &&
  readdirSync(libraries).some((folder) => existsSync(join(libraries, folder, 'kamailio/modules/tls.so')));

/** Starts Kamailio on the loopback with a configuration of its own; everything ends with `stop`. */
export async function startKamailio(options: KamailioOptions): Promise<Kamailio> {
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-kamailio-'));
  const file = join(folder, 'kamailio.cfg');
  writeFileSync(file, options.mode === 'proxy' ? proxy(options) : answerer(options));
  const args = ['-f', file, '-DD', '-E', '-m', '64', '-M', '8', '-Y', folder, '-w', folder];
  const pinned = options.core === undefined ? [] : ['taskset', '-c', String(options.core)];
  const [command = '', ...rest] = [...pinned, 'kamailio', ...args];
  const program = new PeerProgram({ command, args: rest, folder });
  const stop = async (): Promise<void> => {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(program, options.port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port: options.port, realm: kamailioRealm, program, stop };
}

/** It says nothing when it is ready: an OPTIONS is answered then. */
async function ready(program: PeerProgram, port: number): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if (!program.running) throw new Error(`kamailio has ended:\n${program.output.slice(-2000)}`);
    if (await askOptions({ port, timeoutMs: 100 })) return;
  }
  throw new Error(`kamailio does not answer:\n${program.output.slice(-2000)}`);
}
