import type { SipTrace } from '../../sip/index.ts';

/** The last messages on the wire, kept for ladders. */
export interface TraceBook {
  /** What `startSip` is given as `onTrace`. */
  readonly add: (entry: SipTrace) => void;
  listen(listener: (entry: SipTrace) => void): () => void;
  /** Of one SIP Call-ID; empty when it is not known any more. */
  of(callId: string): readonly SipTrace[];
  /** Call-ID of the newest call; null while there was none. */
  last(): string | null;
}

export interface TraceBookOptions {
  /** Calls that are kept, and as many registrations, questions and strangers. */
  readonly maxCalls?: number;
  /** Of one call; what comes later is not kept. */
  readonly maxMessagesPerCall?: number;
  /** Longer messages are cut. */
  readonly maxMessageChars?: number;
}

/** Forgets what was silent for longest when there is too much. Costs two Map look-ups for each message. */
export function createTraceBook(options: TraceBookOptions = {}): TraceBook {
  const { maxCalls = 300, maxMessagesPerCall = 60, maxMessageChars = 4096 } = options;
  /** Apart from each other, so that keep-alives and scanners do not push calls out. */
  const calls = new Map<string, SipTrace[]>();
  const others = new Map<string, SipTrace[]>();
  const listeners = new Set<(entry: SipTrace) => void>();
  let newest: string | null = null;

  const shelfOf = (entry: SipTrace): Map<string, SipTrace[]> => {
    if (calls.has(entry.callId)) return calls;
    return entry.startLine.startsWith('INVITE ') && !others.has(entry.callId) ? calls : others;
  };
  return {
    add: (entry) => {
      const shelf = shelfOf(entry);
      const kept = shelf.get(entry.callId) ?? [];
      if (shelf === calls && kept.length === 0) newest = entry.callId;
      if (kept.length < maxMessagesPerCall) {
        const { text } = entry;
        kept.push(text.length > maxMessageChars ? { ...entry, text: text.slice(0, maxMessageChars) } : entry);
      }
      shelf.delete(entry.callId);
      shelf.set(entry.callId, kept);
      if (shelf.size > maxCalls) shelf.delete(shelf.keys().next().value ?? '');
      for (const listener of listeners) listener(entry);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    of: (callId) => calls.get(callId) ?? others.get(callId) ?? [],
    last: () => newest,
  };
}
