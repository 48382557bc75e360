import type { TraceBook } from './trace-book.ts';
import { type Ladder, ladderOf, ladderText } from './wire.ts';

export interface LadderAnswer {
  readonly sipCallId: string;
  readonly ladder: Ladder;
  readonly text: string;
}

/**
 * Finds the messages of a call, by its id, its SIP Call-ID or the word `last`.
 *
 * @param sipCallIdOf of a call of ours; null for others
 */
export function createLadderLookup(
  traces: Pick<TraceBook, 'of' | 'last'>,
  sipCallIdOf: (callId: string) => string | null,
): (id: string) => LadderAnswer | null {
  return (id) => {
    const sipCallId = id === 'last' ? traces.last() : (sipCallIdOf(id) ?? id);
    const entries = sipCallId === null ? [] : traces.of(sipCallId);
    if (sipCallId === null || entries.length === 0) return null;
    const ladder = ladderOf(entries);
    return { sipCallId, ladder, text: ladderText(ladder) };
  };
}
