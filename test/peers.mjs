/**
 * Programs of the system that tests talk to. Missing ones are installed where that is possible: as root on
 * Debian or Ubuntu. Elsewhere the tests that need them are skipped by name.
 * Run alone (`node test/peers.mjs`) it only installs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const peers = [
  { program: 'sipp', package: 'sip-tester', for: 'SIP tests against sipp' },
  { program: 'baresip', package: 'baresip', for: 'SIP and audio tests against baresip' },
  { program: 'kamailio', package: 'kamailio', for: 'SIP tests against Kamailio as registrar and proxy' },
  {
    program: 'kamailio with TLS',
    library: 'kamailio/modules/tls.so',
    package: 'kamailio-tls-modules',
    for: 'SIP tests against Kamailio over TLS',
  },
  { program: 'linphonec', package: 'linphone-cli', for: 'SIP and audio tests against linphone' },
  { program: 'radicale', package: 'radicale', for: 'linked calendars against a CalDAV server' },
  { program: 'svwar', package: 'sipvicious', for: 'the defence against scanners' },
  { program: 'chromium', package: 'chromium', for: 'tests of the screens' },
  { program: 'tcpdump', package: 'tcpdump', for: 'times of packets from the kernel' },
  { program: 'sox', package: 'sox', for: 'test audio' },
  { program: 'espeak-ng', package: 'espeak-ng', for: 'test speech without a model' },
];

const installTimeoutMs = 10 * 60_000;

const onPath = (program) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, program)));

/** Debian puts libraries into a folder of their architecture. */
const inLibraries = (library) =>
  existsSync('/usr/lib') &&
  readdirSync('/usr/lib').some((folder) => existsSync(join('/usr/lib', folder, library)));

const missing = () =>
  peers.filter(({ program, library }) => !(library ? inLibraries(library) : onPath(program)));

/** @returns the peers that are still not there, each with what cannot be tested without it and why */
export function ensurePeers() {
  const wanted = missing();
  if (wanted.length === 0) return [];
  const names = wanted.map((peer) => peer.package);
  const why = installable() ?? apt(names);
  return missing().map((peer) => ({ ...peer, why: why ?? 'it was not among what was installed' }));
}

function installable() {
  if (process.platform !== 'linux' || !onPath('apt-get')) return 'this system has no apt-get';
  if (process.getuid?.() !== 0) return 'only root can install it';
  return null;
}

function apt(names) {
  process.stderr.write(`Installing ${names.join(', ')} ...\n`);
  const run = (args) =>
    spawnSync('apt-get', args, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      timeout: installTimeoutMs,
    });
  run(['update', '-q']);
  const all = run(['install', '-y', '-q', '--no-install-recommends', ...names]);
  if (all.status === 0) return null;
  // One package that is not to be had must not keep the others away.
  for (const name of names) run(['install', '-y', '-q', '--no-install-recommends', name]);
  return `apt-get could not install it: ${(all.stderr ?? '').trim().split('\n').at(-1) ?? ''}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensurePeers();
