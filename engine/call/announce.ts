import type { MediaLeg } from '../media/index.ts';
import { type PhraseCache, splitClauses } from '../speech/index.ts';

/** A breath before the first word, so that it is not lost while the caller's phone opens its audio. */
const leadMs = 300;

/** Says a message on a leg, without an agent; resolves when its last word has left. */
export async function announce(
  leg: MediaLeg,
  phrases: PhraseCache,
  message: { readonly text: string; readonly voice: string },
  signal: AbortSignal,
): Promise<void> {
  const { text, voice } = message;
  phrases.keep(text, { voice });
  leg.play({ id: announcementId, samples: new Int16Array(8 * leadMs), sampleRateHz: 8000 });
  for (const clause of splitClauses(text)) {
    const { samples, sampleRateHz } = await phrases.speech(
      { text: clause, voice },
      { priority: 'live', signal },
    );
    leg.play({ id: announcementId, samples, sampleRateHz });
  }
  await new Promise<void>((resolve) => {
    leg.on('played', ({ id }) => id === announcementId && resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
    leg.finish(announcementId);
  });
}

const announcementId = 1;
