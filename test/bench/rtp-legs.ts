/** Legs with a tone to send, and the processes of a bench: what those of the media thread have in common. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../engine/foundation/index.ts';
import {
  createMedia,
  createMediaThread,
  type LegStart,
  type Media,
  type MediaLeg,
  type SrtpKeys,
} from '../../engine/media/index.ts';

export const host = '127.0.0.1';
/** Before processor time is read: until then the compiler takes more of it than the legs. */
export const warmUpSeconds = 5;

export const startRole = (file: string, role: string, args: readonly string[]): ChildProcess =>
  fork(file, ['--role', role, ...args], { execArgv: ['--expose-gc'] });

export async function ask<T>(child: ChildProcess, question: string | object): Promise<T> {
  const answer = once(child, 'message');
  const end = once(child, 'exit').then(() => Promise.reject(new Error('a process of the bench has ended')));
  end.catch(() => {});
  child.send(question);
  const [message] = await Promise.race([answer, end]);
  return message;
}

export function openMedia(count: number, thread: boolean): Media {
  const ports = { host, portMin: 36_000, portMax: 36_000 + count * 2 + 99 };
  return thread
    ? createMediaThread({ ...ports, log: { level: 'silent' } })
    : createMedia({ ...ports, log: silentLog });
}

/** One key both ways: the receiver sends back what it got as it is. */
export function echoedKeys(): SrtpKeys {
  const key = { suite: 'AES_CM_128_HMAC_SHA1_80', keySalt: new Uint8Array(randomBytes(30)) } as const;
  return { send: key, receive: key };
}

export const startOf = (port: number, srtp: SrtpKeys | undefined): LegStart => ({
  remote: { address: host, port },
  codec: 'PCMU',
  payloadType: 0,
  dtmfPayloadType: 101,
  ...(srtp ? { srtp } : {}),
});

export function playTone(leg: MediaLeg, seconds: number): void {
  const samples = Int16Array.from({ length: 8000 }, (_, n) =>
    Math.round(9000 * Math.sin((2 * Math.PI * 440 * n) / 8000)),
  );
  for (let second = 0; second < seconds; second += 1) leg.play({ id: 1, samples, sampleRateHz: 8000 });
}

/** Of one core, in percent. */
export async function shareDuring(ms: number): Promise<number> {
  const cpuBefore = process.cpuUsage();
  const beganMs = performance.now();
  await sleep(ms);
  const { user, system } = process.cpuUsage(cpuBefore);
  return (user + system) / 10 / (performance.now() - beganMs);
}
