import type { CallerVoice } from '../../caller/voice.ts';
import type { TurnLine } from './set.ts';

/** 10 ms at 8 kHz. */
const frameMs = 10;
const frameSamples = 80;
/** A frame is silent when its loudness is below this share of the loudest one's. */
const silentShare = 0.05;
const shortestGapFrames = 3;
/** How far a pause may lie from where the letters put it: this, and a share of the whole. */
const reachMs = 120;
const reachShare = 0.12;
/** Where the voice goes on without a gap it fades out and in over this length. */
const fadeSamples = 80;

/**
 * The whole sentence as it is spoken: a voice that knows that more comes does not let itself fall at a pause.
 * A comma stands where the caller will pause.
 */
export const spokenLine = ({ parts }: Pick<TurnLine, 'parts'>): string =>
  parts
    .map((part, index) => (index < parts.length - 1 && !/[.,!?;:]$/.test(part) ? `${part},` : part))
    .join(' ');

/** The pieces of a turn between its pauses, all from one rendering. */
export async function pausedSpeech(line: TurnLine, voice: CallerVoice): Promise<readonly Int16Array[]> {
  const whole = await voice.speak(spokenLine(line));
  const levels = levelsOf(whole);
  const pieces: Int16Array[] = [];
  let from = 0;
  for (const expected of expectedCuts(line)) {
    const gap = gapNear(levels, { expected, from: Math.ceil(from / frameSamples) });
    pieces.push(faded(whole.slice(from, gap.at * frameSamples)));
    from = (gap.at + gap.frames) * frameSamples;
  }
  return [...pieces, faded(whole.slice(from))];
}

/** How long a text takes to say, roughly and in no unit: letters said one by one, and marks, take longer. */
const lengthOf = (text: string): number =>
  (text.match(/[\w']+|[.,!?;:]/g) ?? []).reduce((sum, token) => {
    if (/^[.,!?;:]$/.test(token)) return sum + 4;
    return sum + (/^[B-HJ-Z]$/.test(token) ? 5 : token.length + 1);
  }, 0);

/** Where the pauses lie, as shares of the whole. */
function expectedCuts({ parts }: TurnLine): readonly number[] {
  const whole = lengthOf(spokenLine({ parts }));
  // The gap is what its mark takes: its middle lies half a mark before the end of the part.
  return parts
    .slice(1)
    .map((_, index) => (lengthOf(`${spokenLine({ parts: parts.slice(0, index + 1) })},`) - 2) / whole);
}

interface Gap {
  /** First frame. */
  readonly at: number;
  readonly frames: number;
}

/** The longest stretch of low energy near the place; where there is none, the quietest 20 ms. */
function gapNear(levels: readonly number[], { expected, from }: { expected: number; from: number }): Gap {
  const place = expected * levels.length;
  const reach = reachMs / frameMs + reachShare * levels.length;
  const distance = ({ at, frames }: Gap): number => Math.abs(at + frames / 2 - place);
  const merit = (gap: Gap): number => gap.frames - distance(gap) / 4;
  const near = gapsOf(levels)
    .filter((gap) => gap.at > from + shortestGapFrames && distance(gap) <= reach)
    .sort((a, b) => merit(b) - merit(a));
  if (near[0]) return near[0];
  const first = Math.max(from + 2, Math.round(place - reach / 2));
  const last = Math.min(levels.length - 3, Math.round(place + reach / 2));
  let quietest = { at: Math.min(first, levels.length - 3), frames: 2 };
  const level = (at: number): number => (levels[at] ?? 0) + (levels[at + 1] ?? 0);
  for (let at = first; at <= last; at += 1) {
    if (level(at) < level(quietest.at)) quietest = { at, frames: 2 };
  }
  return quietest;
}

function levelsOf(samples: Int16Array): readonly number[] {
  const levels: number[] = [];
  for (let at = 0; at + frameSamples <= samples.length; at += frameSamples) {
    let squares = 0;
    for (let i = at; i < at + frameSamples; i += 1) squares += (samples[i] ?? 0) ** 2;
    levels.push(Math.sqrt(squares / frameSamples));
  }
  return levels;
}

function gapsOf(levels: readonly number[]): Gap[] {
  const threshold = silentShare * Math.max(...levels);
  const found: { at: number; frames: number }[] = [];
  let run = 0;
  for (const [frame, level] of levels.entries()) {
    run = level < threshold ? run + 1 : 0;
    if (run === shortestGapFrames) found.push({ at: frame - run + 1, frames: run });
    const last = found.at(-1);
    if (run > shortestGapFrames && last) last.frames = run;
  }
  return found.filter(({ at, frames }) => at > 0 && at + frames < levels.length);
}

/** No click where a piece begins and ends. */
const faded = (piece: Int16Array): Int16Array =>
  piece.map((sample, i) => {
    const edge = Math.min(i + 1, piece.length - i) / fadeSamples;
    return edge < 1 ? Math.round(sample * edge) : sample;
  });
