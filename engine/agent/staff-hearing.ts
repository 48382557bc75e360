import type { WaitLimits } from '../speech/index.ts';
import { type CallerTurn, Hearing } from './hearing.ts';
import type { AgentSessionOptions, CallAudio, SessionTurn } from './session-model.ts';

/** Their packets come over another network than the leg's: nothing but the VAD tells when they speak. */
const times = () => ({ lastVoicedInMs: null, firstVoicedOutMs: null, firstPacketInMs: null });
const nothing = (): void => {};

/**
 * Writes down what a person of the staff says in the agent's place. Nobody answers it; what cannot be recognised is
 * left out, and stays in the recording.
 */
export function hearStaff(
  options: Pick<AgentSessionOptions, 'vad' | 'recognise' | 'endOfTurn' | 'clock' | 'log'> & {
    readonly audio: Pick<CallAudio, 'onAudio'>;
    readonly limits: WaitLimits;
    /** The words so far, while they are spoken; '' when they turned out to be none. */
    readonly onInterim: (text: string) => void;
    readonly onTurn: (turn: SessionTurn) => void;
  },
): { readonly stop: () => void } {
  const { audio, log, onInterim, onTurn } = options;
  const tell = ({ text, confidence, startedAtMs, endedAtMs }: CallerTurn): void => {
    const at = { startedAtMs: Math.round(startedAtMs), endedAtMs: Math.round(endedAtMs) };
    if (text) onTurn({ speaker: 'staff', text, confidence, ...at, interrupted: false, latency: null });
  };
  const hearing = new Hearing({
    ...options,
    audio: { onAudio: audio.onAudio, times },
    expecting: () => 'open',
    expected: () => null,
    on: {
      ...{ onSound: nothing, onUtterance: nothing, onStable: nothing },
      ...{ onNothing: nothing, onOverdue: nothing },
      onInterim,
      onWords: () => true,
      onTurn: tell,
      onError: (error) => log.warn({ err: error }, 'what the staff said could not be recognised'),
    },
  });
  return {
    stop() {
      const rest = hearing.takeRest();
      hearing.close();
      if (rest) tell(rest);
    },
  };
}
