import type { CallAudio } from '../agent/index.ts';
import type { LegRateHz } from '../media/index.ts';
import type { CarriedLeg } from './carried-leg.ts';

/** A caller's leg as the agent hears and speaks on it; while the agent is away it hears silence. */
export interface AgentAudio extends CallAudio {
  away(on: boolean): void;
}

/** As much silence as ends whatever was being said when nobody hears it any more. */
export const closingFrames = 40;

export function agentAudio(leg: CarriedLeg): AgentAudio {
  const { media } = leg;
  const listeners: Parameters<CallAudio['onAudio']>[0][] = [];
  let isAway = false;
  let last: { samples: number; sampleRateHz: LegRateHz } = { samples: 160, sampleRateHz: 8000 };
  const tell = (samples: Int16Array, sampleRateHz: LegRateHz): void => {
    for (const listener of listeners) listener(samples, sampleRateHz);
  };
  media.on('audio', (samples, sampleRateHz) => {
    last = { samples: samples.length, sampleRateHz };
    tell(isAway ? new Int16Array(samples.length) : samples, sampleRateHz);
  });
  return {
    away(on) {
      if (on && !isAway) {
        for (let i = 0; i < closingFrames; i++) tell(new Int16Array(last.samples), last.sampleRateHz);
      }
      isAway = on;
    },
    onAudio: (listener) => void listeners.push(listener),
    onDtmf: (listener) => leg.onKey(listener),
    onPlayed: (listener) => media.on('played', listener),
    play: (stretch) => media.play(stretch),
    finish: (id) => media.finish(id),
    clear: () => media.clear(),
    soften: (on) => media.soften(on),
    times: () => media.times(),
  };
}
