import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromErrorShape, type Log, toErrorShape, VoxboxError } from '../foundation/index.ts';
import type { FromRehearsal, RehearsalOrder, ToRehearsal, Verdict } from './messages.ts';
import type { Embed } from './practice.ts';
import { remembered } from './rehearse.ts';

export interface RehearsalReport {
  readonly verdicts: readonly Verdict[];
  /** Titles of cases that ask for what the business does not do. */
  readonly left: readonly string[];
}

/** Rehearsals in a process of their own, which gives way to calls. One after the other: each wants a whole core. */
export interface Rehearsals {
  /**
   * @throws VoxboxError `rehearsal_unfinished`, `inference_unavailable`; `input_invalid` for cases that cannot be read
   */
  play(order: RehearsalOrder, onVerdict?: OnVerdict): Promise<RehearsalReport>;
  /** Idempotent. Ends the one that is played. */
  stop(): Promise<void>;
}

type OnVerdict = (verdict: Verdict, done: number, total: number) => void;

/** A rehearsal takes seconds; on a small box that carries calls, minutes. */
const longestMs = 5 * 60_000;

export function createRehearsals({ embed, log }: { readonly embed: Embed; readonly log: Log }): Rehearsals {
  // The same callers ring before each publication, and the examples of what callers want stay the same.
  const embedOnce = remembered(embed);
  let last: Promise<unknown> = Promise.resolve();
  let playing: ChildProcess | null = null;
  let stopped = false;

  const play = async (order: RehearsalOrder, onVerdict: OnVerdict): Promise<RehearsalReport> => {
    if (stopped) throw new VoxboxError('aborted', 'the engine stops');
    const folder = mkdtempSync(join(tmpdir(), 'voxbox-rehearsals-'));
    const child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [], {
      execPath: process.execPath,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    playing = child;
    child.stderr?.on('data', (piece: Buffer) =>
      log.warn({ text: piece.toString('utf8').slice(0, 2_000) }, 'a rehearsal wrote'),
    );
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    try {
      return await report(child, { order, folder, embed: embedOnce, onVerdict });
    } finally {
      playing = null;
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    }
  };

  return {
    play(order, onVerdict = () => {}) {
      const mine = last.then(() => play(order, onVerdict));
      last = mine.catch(() => {});
      return mine;
    },
    async stop() {
      stopped = true;
      playing?.kill('SIGKILL');
      await last;
    },
  };
}

/** What the child tells until it is done. */
function report(
  child: ChildProcess,
  parts: {
    readonly order: RehearsalOrder;
    readonly folder: string;
    readonly embed: Embed;
    readonly onVerdict: OnVerdict;
  },
): Promise<RehearsalReport> {
  const { order, folder, embed, onVerdict } = parts;
  const verdicts: Verdict[] = [];
  let expected: { readonly total: number; readonly left: readonly string[] } = { total: 0, left: [] };
  const send = (message: ToRehearsal): void => {
    if (child.connected) child.send(message, () => {});
  };
  const answer = ({ id, texts }: Extract<FromRehearsal, { type: 'embed' }>): void => {
    embed(texts).then(
      (vectors) => send({ type: 'embedded', id, vectors }),
      (error: unknown) =>
        send({ type: 'not-embedded', id, error: toErrorShape(error, 'inference_unavailable') }),
    );
  };
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(late);
      reject(new VoxboxError('rehearsal_unfinished', why));
    };
    const late = setTimeout(() => fail('the rehearsal took too long'), longestMs);
    child.once('error', (error) => fail(error.message));
    child.once('exit', () => fail('the process of the rehearsal ended too early'));
    child.on('message', (message: FromRehearsal) => {
      if (message.type === 'embed') answer(message);
      else if (message.type === 'begun') expected = message;
      else if (message.type === 'judged') {
        verdicts.push(message.verdict);
        onVerdict(message.verdict, verdicts.length, expected.total);
      } else {
        clearTimeout(late);
        if (message.type === 'failed') reject(fromErrorShape(message.error));
        else resolve({ verdicts, left: expected.left });
      }
    });
    send({ type: 'order', order, folder });
  });
}
