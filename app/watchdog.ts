import type { ReadyLine } from './ready-line.ts';

/** How the engine ended. */
export interface Fault {
  /** For example `code 1`, `signal SIGKILL`. */
  readonly exit: string;
  /** The last lines it wrote. */
  readonly lastWords: string;
  /** True when it took calls before. */
  readonly hadCalls: boolean;
}

export type EngineState =
  /** With what the last one ended with; null for the first, and when a person wants it. */
  | { readonly kind: 'starting'; readonly fault: Fault | null }
  | { readonly kind: 'running'; readonly engine: ReadyLine }
  /** It is started again `delayMs` after it entered this state. */
  | { readonly kind: 'waiting'; readonly delayMs: number; readonly fault: Fault }
  | { readonly kind: 'given-up'; readonly fault: Fault }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'stopped' };

export interface Watch {
  readonly state: EngineState;
  /** When it ended unasked, those within `crashWindowMs`. */
  readonly crashesMs: readonly number[];
}

export type WatchEvent =
  | { readonly kind: 'ready'; readonly engine: ReadyLine }
  | { readonly kind: 'exited'; readonly exit: string; readonly lastWords: string }
  /** The wait is over. */
  | { readonly kind: 'due' }
  /** A person wants it started again. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'quit' };

/** So many crashes within so long, and it is left to a person. */
export const mostCrashes = 10;
export const crashWindowMs = 10 * 60_000;
const firstDelayMs = 500;
const longestDelayMs = 60_000;

export const firstWatch: Watch = { state: { kind: 'starting', fault: null }, crashesMs: [] };

/** The next state; the same one for an event that means nothing in it. Pure. */
export function watch(current: Watch, event: WatchEvent, nowMs: number): Watch {
  const { state, crashesMs } = current;
  switch (event.kind) {
    case 'ready':
      return state.kind === 'starting'
        ? { state: { kind: 'running', engine: event.engine }, crashesMs }
        : current;
    case 'due':
      if (state.kind !== 'waiting') return current;
      return { state: { kind: 'starting', fault: state.fault }, crashesMs };
    case 'restart':
      return state.kind === 'waiting' || state.kind === 'given-up' ? firstWatch : current;
    case 'quit':
      if (state.kind === 'stopped' || state.kind === 'stopping') return current;
      return { state: { kind: hasProcess(state) ? 'stopping' : 'stopped' }, crashesMs };
    case 'exited':
      if (state.kind === 'stopping') return { state: { kind: 'stopped' }, crashesMs };
      return hasProcess(state) ? crashed(current, event, nowMs) : current;
  }
}

const hasProcess = (state: EngineState): boolean => state.kind === 'starting' || state.kind === 'running';

function crashed(
  { state, crashesMs }: Watch,
  { exit, lastWords }: Extract<WatchEvent, { kind: 'exited' }>,
  nowMs: number,
): Watch {
  const fault: Fault = { exit, lastWords, hadCalls: state.kind === 'running' };
  const recent = [...crashesMs.filter((atMs) => nowMs - atMs < crashWindowMs), nowMs];
  if (recent.length >= mostCrashes) return { state: { kind: 'given-up', fault }, crashesMs: recent };
  const delayMs = Math.min(firstDelayMs * 2 ** (recent.length - 1), longestDelayMs);
  return { state: { kind: 'waiting', delayMs, fault }, crashesMs: recent };
}
