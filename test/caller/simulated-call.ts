import { setTimeout as sleep } from 'node:timers/promises';
import { Ear, type Recognise } from './ear.ts';
import type { Persona } from './persona.ts';
import { RtpEndpoint, type RtpReport } from './rtp-endpoint.ts';
import { type EstablishedCall, placeCall } from './sip-client.ts';
import type { CallerVoice } from './voice.ts';

export interface Line {
  readonly speaker: 'caller' | 'agent';
  readonly text: string;
  /** Since the call was answered. */
  readonly atMs: number;
  /** Of the agent's words: last voiced packet of the caller out → first voiced packet in, at the wire. */
  readonly latencyMs: number | null;
}

export interface SimulatedCallOptions {
  readonly target: string;
  /** E.164 with +. */
  readonly from: string;
  readonly persona: Pick<Persona, 'react' | 'nudge'>;
  readonly voice: CallerVoice;
  readonly recognise: Recognise;
  readonly onLine?: (line: Line) => void;
  /** What the caller hears is written there. */
  readonly recordingPath?: string;
  readonly mostTurns?: number;
  readonly mostMs?: number;
}

export interface SimulatedCallReport {
  /** INVITE out → 200 in. */
  readonly answeredMs: number;
  /** ACK out → first voiced packet in; null when nothing was heard. */
  readonly firstGreetingMs: number | null;
  readonly transcript: readonly Line[];
  readonly turns: readonly {
    readonly said: string;
    readonly heard: string;
    readonly latencyMs: number | null;
  }[];
  readonly endedBy: 'caller' | 'agent';
  /** Why the conversation did not come to its end; null when it did. */
  readonly failure: string | null;
  readonly rtp: RtpReport;
}

/** The agent may think for this long before the caller asks whether it is still there. */
const patienceMs = 8000;
const mostNudges = 3;

const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/**
 * Rings the box and holds the conversation of the persona: over the wire alone, as any caller would.
 *
 * @throws CallRefused when the call is not answered
 */
export async function simulateCall(options: SimulatedCallOptions): Promise<SimulatedCallReport> {
  const endpoint = await RtpEndpoint.bind('127.0.0.1', options.recordingPath ?? null);
  try {
    const call = await placeCall({ target: options.target, from: options.from, rtpPort: endpoint.port });
    try {
      endpoint.start({
        address: call.audio.address,
        port: call.audio.port,
        payloadType: call.audio.payloadTypes[0] === 8 ? 8 : 0,
        dtmfPayloadType: call.audio.dtmfPayloadType,
      });
      const conversation = new Conversation({ call, endpoint, options });
      const failure = await conversation.hold();
      await call.hangUp();
      const rtp = await endpoint.stop();
      const { times } = call;
      return {
        answeredMs: (times.answeredMs ?? 0) - times.inviteMs,
        firstGreetingMs: rtp.firstVoicedMs === null ? null : rtp.firstVoicedMs - (times.ackMs ?? 0),
        transcript: conversation.transcript,
        turns: conversation.turns(),
        endedBy: await call.ended,
        failure,
        rtp,
      };
    } finally {
      call.vanish();
    }
  } finally {
    await endpoint.stop();
  }
}

class Conversation {
  readonly transcript: Line[] = [];
  readonly #call: EstablishedCall;
  readonly #endpoint: RtpEndpoint;
  readonly #options: SimulatedCallOptions;
  readonly #ear: Ear;
  #over = false;
  #said = 0;
  #nudges = 0;
  /** Departure of the caller's last voiced packet while the answer to it is awaited. */
  #awaitingSinceMs: number | null = null;

  constructor(parts: { call: EstablishedCall; endpoint: RtpEndpoint; options: SimulatedCallOptions }) {
    this.#call = parts.call;
    this.#endpoint = parts.endpoint;
    this.#options = parts.options;
    this.#ear = new Ear(parts.options.recognise);
    parts.endpoint.onHeard((frame) => this.#ear.hear(frame));
    void parts.call.ended.then(() => {
      this.#over = true;
    });
  }

  /** Resolves with the reason of a failure, or null. */
  async hold(): Promise<string | null> {
    const { persona, mostTurns = 25, mostMs = 180_000 } = this.#options;
    const deadlineMs = nowMs() + mostMs;
    let heard = '';
    while (!this.#over) {
      if (nowMs() > deadlineMs) return `the call took longer than ${mostMs / 1000} s`;
      const words = await this.#listen();
      if (this.#over && words === null) break;
      heard = `${heard} ${words ?? ''}`.trim();
      this.#nudges = words === null ? this.#nudges + 1 : 0;
      if (this.#nudges > mostNudges) return `the agent fell silent after "${heard}"`;
      const reaction = words === null ? persona.nudge() : persona.react(heard);
      if (reaction.kind === 'wait') continue;
      if (reaction.kind === 'hang-up') {
        await Promise.race([this.#call.ended, sleep(3000)]);
        return null;
      }
      if (this.#said >= mostTurns) return `no end after ${mostTurns} turns`;
      if (await this.#say(reaction.text)) heard = '';
    }
    return null;
  }

  turns(): SimulatedCallReport['turns'] {
    return this.transcript.flatMap((line, index) => {
      if (line.speaker !== 'caller') return [];
      const rest = this.transcript.slice(index + 1);
      const next = rest.findIndex((other) => other.speaker === 'caller');
      const answers = next < 0 ? rest : rest.slice(0, next);
      return [
        {
          said: line.text,
          heard: answers.map((answer) => answer.text).join(' '),
          latencyMs: answers[0]?.latencyMs ?? null,
        },
      ];
    });
  }

  /** What the agent says until it falls silent; null when it says nothing for long or hangs up. */
  async #listen(): Promise<string | null> {
    const startMs = nowMs();
    for (;;) {
      const turn = await this.#ear.take(nowMs());
      if (turn !== null) {
        const since = this.#awaitingSinceMs;
        const latencyMs = since !== null && turn.firstVoicedMs >= since ? turn.firstVoicedMs - since : null;
        this.#awaitingSinceMs = null;
        this.#note({ speaker: 'agent', text: turn.text, atMs: turn.firstVoicedMs, latencyMs });
        return turn.text;
      }
      if (this.#over && this.#ear.firstVoicedMs === null) return null;
      if (this.#ear.firstVoicedMs === null && nowMs() - startMs > patienceMs) return null;
      await sleep(10);
    }
  }

  /** False when the agent went on speaking before the words were ready: then it is heard out first. */
  async #say(text: string): Promise<boolean> {
    const samples = await this.#options.voice.speak(text);
    if (this.#ear.firstVoicedMs !== null || this.#over) return false;
    const atMs = nowMs();
    const lastVoicedMs = await Promise.race([this.#endpoint.say(samples), this.#call.ended.then(() => null)]);
    this.#awaitingSinceMs = lastVoicedMs;
    this.#said += 1;
    this.#note({ speaker: 'caller', text, atMs, latencyMs: null });
    return true;
  }

  #note(line: Line): void {
    const relative = { ...line, atMs: Math.round(line.atMs - (this.#call.times.answeredMs ?? 0)) };
    const rounded = {
      ...relative,
      latencyMs: line.latencyMs === null ? null : Math.round(line.latencyMs * 10) / 10,
    };
    this.transcript.push(rounded);
    this.#options.onLine?.(rounded);
  }
}
