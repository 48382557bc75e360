import type { Latency } from '../../engine/api/contract/index.ts';

/** What an answer's time is spent on, in order, and what colour stands for it. */
export const stageColours = {
  wait: 'var(--stage-1)',
  stt: 'var(--stage-2)',
  understanding: 'var(--stage-3)',
  tts: 'var(--stage-4)',
  rest: 'var(--line-strong)',
} as const;
export type Stage = keyof typeof stageColours;
export const stages = Object.keys(stageColours) as readonly Stage[];

export interface StagePart {
  readonly stage: Stage;
  readonly lengthMs: number;
}

/**
 * Splits one answer's time into the stretches it was spent on, in order. The recogniser runs within the
 * end of turn; stages overlap by a little, so that each takes at most what is left of the total.
 */
export function stagesOf(latency: Latency): readonly StagePart[] {
  const totalMs = latency.totalMs;
  if (totalMs === null || totalMs <= 0) return [];
  let leftMs = totalMs;
  const parts: StagePart[] = [];
  const take = (stage: Stage, wantedMs: number) => {
    const lengthMs = Math.min(Math.max(0, wantedMs), leftMs);
    leftMs -= lengthMs;
    if (lengthMs > 0) parts.push({ stage, lengthMs });
  };
  const sttMs = latency.sttMs ?? 0;
  take('wait', (latency.endOfTurnMs ?? 0) - sttMs);
  take('stt', sttMs);
  take('understanding', latency.understandingMs ?? 0);
  take('tts', latency.ttsMs ?? 0);
  take('rest', leftMs);
  return parts;
}

/** The middle value, the lower one of two; null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
