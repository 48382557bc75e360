import type { MediaLeg } from '../media/index.ts';
import { type Speaker, splitClauses } from '../speech/index.ts';

/** A breath before the first word, so that it is not lost while the other side's phone opens its audio. */
const leadMs = 300;

/**
 * Says a message on a leg, without an agent; resolves when its last word has left, or on abort.
 *
 * @param id of the stretch of audio, different from every other one that is on the leg
 */
export async function announce(
  leg: MediaLeg,
  message: {
    readonly id: number;
    readonly text: string;
    readonly speaker: Speaker;
  },
  signal: AbortSignal,
): Promise<void> {
  const { id, text, speaker } = message;
  if (signal.aborted) return;
  let over = (): void => {};
  const played = new Promise<void>((resolve) => {
    over = resolve;
  });
  const onPlayed = (stretch: { readonly id: number }): void => {
    if (stretch.id === id) over();
  };
  leg.on('played', onPlayed);
  signal.addEventListener('abort', over, { once: true });
  try {
    speaker.keep(text);
    leg.play({ id, samples: new Int16Array(8 * leadMs), sampleRateHz: 8000 });
    for (const clause of splitClauses(text)) {
      for await (const { samples, sampleRateHz } of speaker.speak(clause, { priority: 'live', signal })) {
        leg.play({ id, samples, sampleRateHz });
      }
    }
    leg.finish(id);
    await played;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    leg.off('played', onPlayed);
    signal.removeEventListener('abort', over);
  }
}
