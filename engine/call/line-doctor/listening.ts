import type { Clock } from '../../foundation/index.ts';
import type { LegStart, MediaLeg } from '../../media/index.ts';
import type { NegotiatedAudio } from '../../sip/index.ts';
import type { AudioSeen, CallSeen, LineTrunk } from './model.ts';
import type { LineTimings } from './ports.ts';
import { PatternEar, patternMs, tonePattern } from './tones.ts';

export function startLeg(
  leg: MediaLeg,
  { audio, dtmf }: { readonly audio: NegotiatedAudio; readonly dtmf: LineTrunk['dtmf'] },
): void {
  const { srtp, remoteRtcp, dtmfPayloadType, comfortNoisePayloadType } = audio;
  const start: LegStart = {
    remote: audio.remote,
    codec: audio.codec,
    payloadType: audio.payloadType,
    ...(dtmfPayloadType === null ? {} : { dtmfPayloadType }),
    ...(comfortNoisePayloadType === null ? {} : { comfortNoisePayloadType }),
    ...(srtp ? { srtp: { send: srtp.send, receive: srtp.receive } } : {}),
    ...(remoteRtcp ? { rtcp: { remote: remoteRtcp, mux: audio.rtcpMux } } : {}),
    dtmf: dtmf === 'inband' ? 'inband' : 'auto',
  };
  leg.start(start);
}

interface Listening {
  readonly clock: Clock;
  readonly timings: LineTimings;
  readonly withKeys: boolean;
  /** The call is over. */
  readonly signal: AbortSignal;
  readonly onStep: (note: string) => void;
}

const patternRateHz = 16_000;
const betweenPatternsMs = 400;
const lookMs = 50;
const keys = '159#';

/** Sends tones, then keys, and hears what comes back, for as long as `callMs` at least. */
export async function listenOnLeg(
  leg: MediaLeg,
  { clock, timings, withKeys, signal, onStep }: Listening,
): Promise<{ audio: AudioSeen; keys: CallSeen['keys'] }> {
  const ear = new PatternEar();
  const pattern = tonePattern(patternRateHz);
  const startedMs = clock.monotonicMs();
  let returned = '';
  let patterns = 0;
  let playedMs = startedMs;
  let heardMs: number | null = null;
  leg.on('audio', (samples, sampleRateHz) => {
    if (ear.hear(samples, sampleRateHz)) heardMs = clock.monotonicMs();
  });
  leg.on('dtmf', (key) => {
    returned += key;
  });
  const arrivals = watchArrivals(leg, clock);
  const until = async (done: () => boolean, limitMs: number): Promise<void> => {
    const endMs = clock.monotonicMs() + limitMs;
    while (!done() && clock.monotonicMs() < endMs && !signal.aborted) {
      await pause(lookMs);
      arrivals.look();
    }
  };

  const playWhenDue = (): void => {
    const nowMs = clock.monotonicMs();
    if (patterns > 0 && nowMs - playedMs <= patternMs + betweenPatternsMs) return;
    patterns += 1;
    playedMs = nowMs;
    leg.play({ id: patterns, samples: pattern, sampleRateHz: patternRateHz });
    leg.finish(patterns);
  };

  onStep('sending tones');
  await until(() => {
    playWhenDue();
    return ear.heard;
  }, timings.echoMs);
  const echoDelayMs = heardMs === null ? null : Math.max(0, heardMs - playedMs - patternMs);
  // What is left of a pattern must not be talked over by keys.
  leg.clear();
  if (withKeys && !signal.aborted) {
    onStep('sending keys');
    leg.sendDtmf(keys);
    await until(() => returned.length >= keys.length, timings.keysMs);
  }
  onStep('listening');
  // Tones go on: a side that sends nothing for silence must have something to send.
  const leftMs = Math.max(0, startedMs + timings.callMs - clock.monotonicMs());
  await until(() => {
    playWhenDue();
    return false;
  }, leftMs);
  const kept = leg.statistics();
  return {
    audio: {
      packetsSent: kept.packetsSent,
      packetsReceived: kept.packetsReceived,
      decryptFailures: kept.decryptFailures,
      source: kept.packetsReceived > 0 ? (kept.lastRemote?.address ?? null) : null,
      echoed: ear.heard,
      echoDelayMs,
      remoteLossFraction: kept.remoteLossFraction,
      quietMs: arrivals.quietMs(),
      lossFraction: kept.lossFraction,
      jitterMs: kept.jitterMs,
      mos: kept.packetsReceived > 0 ? kept.mos : null,
    },
    keys: withKeys ? { sent: keys, returned } : null,
  };
}

/** How long nothing arrived, told by the count of packets. */
function watchArrivals(leg: MediaLeg, clock: Clock) {
  let lastCount = leg.statistics().packetsReceived;
  let lastMs = clock.monotonicMs();
  const look = (): void => {
    const { packetsReceived } = leg.statistics();
    if (packetsReceived !== lastCount) lastMs = clock.monotonicMs();
    lastCount = packetsReceived;
  };
  return { look, quietMs: () => clock.monotonicMs() - lastMs };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
