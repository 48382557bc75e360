import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isVoiced } from '../../engine/media/index.ts';
import { startCallHouse } from './call-control-house.ts';
import { until } from './call-control-party.ts';
import { FaultyInference, type Stage } from './faulty-inference.ts';

/** Nobody hears nothing for longer while the agent owes them words. */
const longestSilenceMs = 2000;
/** An agent that says nothing more for so long waits for the caller. */
const doneAfterMs = 2600;

type Fault = Stage | 'tool';

interface Case {
  readonly stage: Fault;
  readonly fault: 'stall' | 'kill';
  /** Turns of the caller for which it lasts. */
  readonly turns: 1 | 3;
}

/** Words that need the stage: an open remark the embedding and the language model, a time the tool. */
const words: Readonly<Record<Fault, string>> = {
  transcribe: 'What are your opening hours?',
  endOfTurn: 'What are your opening hours?',
  embed: 'Something is the matter with one of my back teeth.',
  synthesise: 'How much is a cleaning?',
  generate: 'My neighbour has a lovely garden with many tulips.',
  tool: 'I would like to book a cleaning tomorrow at ten in the morning.',
};

const cases: readonly Case[] = (
  ['transcribe', 'endOfTurn', 'embed', 'synthesise', 'generate', 'tool'] as const
)
  .flatMap((stage) => (['stall', 'kill'] as const).map((fault) => ({ stage, fault })))
  .flatMap((each) => ([1, 3] as const).map((turns) => ({ ...each, turns })));

/** One live call over SIP and RTP in which a stage fails from its second turn on. */
async function troubledCall({ stage, fault, turns }: Case) {
  const inference = new FaultyInference();
  const house = await startCallHouse({ inference });
  try {
    const party = await house.ring();
    const sounds: number[] = [];
    party.leg.on('audio', (samples) => {
      if (isVoiced(samples)) sounds.push(performance.now());
    });
    await house.greeted();
    // The lines for trouble are made ready while the greeting is heard.
    await sleep(700);
    const silences: number[] = [];
    let turn = 0;
    for (; turn < turns + 1 && !party.ended; turn++) {
      if (turn < turns) house.fail(stage, fault);
      else house.mend();
      inference.said = [turn < turns ? words[stage] : 'No thank you, goodbye.'];
      const before = sounds.length;
      party.tone(600, 700);
      await sleep(700);
      const spokenMs = performance.now();
      await until(() => {
        const last = sounds.at(-1) ?? 0;
        const heard = sounds.length > before;
        return (
          party.ended ||
          performance.now() - (heard ? Math.max(last, spokenMs) : spokenMs) > doneAfterMs + (heard ? 0 : 8000)
        );
      }, 40_000);
      const heard = sounds.slice(before).filter((atMs) => atMs > spokenMs);
      // Nothing at all is the worst of silences.
      silences.push(
        heard.length === 0 && !party.ended ? Number.POSITIVE_INFINITY : longestGap(spokenMs, heard),
      );
    }
    await house.over(party);
    const call = house.lastCall();
    return { silences, call, transcript: call ? house.store.transcript.list(call.id) : [], turn };
  } finally {
    await house.clear();
    await house.stop();
  }
}

const longestGap = (fromMs: number, soundsMs: readonly number[]): number =>
  soundsMs.reduce((longest, atMs, index) => Math.max(longest, atMs - (soundsMs[index - 1] ?? fromMs)), 0);

describe('a live call in which a stage fails', () => {
  it.concurrent.each(cases)(
    '$stage: $fault for $turns turns: never silent for long, and a record with an outcome',
    async (each) => {
      const { silences, call, transcript } = await troubledCall(each);
      const longest = Math.round(Math.max(...silences));
      console.log(`${each.stage} ${each.fault} ${each.turns}: ${longest} ms, ${call?.outcome}`);
      expect(longest).toBeLessThanOrEqual(longestSilenceMs);
      expect(call?.endedAtMs).not.toBeNull();
      expect(['answered', 'booked', 'message', 'transferred', 'failed', 'abandoned']).toContain(
        call?.outcome,
      );
      expect(transcript.filter(({ speaker }) => speaker === 'agent').length).toBeGreaterThan(1);
    },
    120_000,
  );
});
