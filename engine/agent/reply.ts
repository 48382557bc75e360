import { type Speaker, splitClauses } from '../speech/index.ts';
import type { Anticipation } from './anticipation.ts';
import type { CallAudioOutput } from './audio-output.ts';
import type { Saying } from './model.ts';
import type { TurnClock } from './turn-clock.ts';

/** What happens when everything was heard to its end. */
export type Afterwards = Exclude<Saying, { readonly kind: 'say' }>;

/** One answer of the agent, from its sayings to audio. It may be given up at any time. */
export class Reply {
  readonly clock: TurnClock | null;
  /** A goodbye and a transfer: from then on nothing interrupts it. */
  afterwards: Afterwards | null = null;
  readonly #abort = new AbortController();
  /** Everything was said, or nothing more will be. */
  made = false;

  constructor(clock: TurnClock | null) {
    this.clock = clock;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get over(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Idempotent. */
  giveUp(): void {
    this.#abort.abort();
  }
}

export interface SpeakingParts {
  readonly speaker: Speaker;
  readonly output: CallAudioOutput;
  readonly ahead: Pick<Anticipation, 'take'>;
  readonly nowMs: () => number;
  /** Resolves when the first sound may be made. */
  readonly mayBegin: () => Promise<void>;
}

/** Says the sayings, clause by clause, each as soon as it is made. @throws what a saying or a voice throws */
export async function speakReply(
  reply: Reply,
  sayings: AsyncIterable<Saying>,
  parts: SpeakingParts,
): Promise<void> {
  for await (const saying of sayings) {
    if (reply.over) return;
    if (saying.kind !== 'say') {
      reply.afterwards = saying;
      continue;
    }
    if (saying.fixed) parts.speaker.keep(saying.text);
    reply.clock?.understood(parts.nowMs());
    for (const clause of splitClauses(saying.text)) {
      await speakClause(reply, clause, parts);
      if (reply.over) return;
    }
  }
}

async function speakClause(reply: Reply, clause: string, parts: SpeakingParts): Promise<void> {
  const { speaker, output, ahead } = parts;
  const ready = speaker.ready(clause);
  const made = ready ? [ready] : await ahead.take(clause)?.catch(() => null);
  let text: string | null = clause;
  for await (const piece of made ?? speaker.speak(clause, { priority: 'live', signal: reply.signal })) {
    if (!output.speaking) await parts.mayBegin();
    if (reply.over) return;
    output.say(piece, text);
    text = null;
  }
}
