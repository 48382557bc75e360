import type { Decision, DialogueState, Facts } from './dialogue.ts';
import { fills } from './skills/book.ts';
import { canDo } from './skills/form.ts';
import { asksAbout, asksForOffer } from './understanding/cues.ts';
import type { Reading } from './understanding/reading.ts';
import { tokenise } from './understanding/tokens.ts';

/** Nobody asks in fewer words. */
const leastWords = 3;

/** A question that no skill answers goes to the documents. */
export function onQuestion(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  if (!reading.question || !canDo('knowledge', facts.snapshot)) return null;
  if (reading.text.trim().split(/\s+/).length < leastWords) return null;
  const asks = asksAbout(tokenise(reading.text));
  // What a service is like is asked before it is booked.
  if (fills(asks ? { ...reading, service: null } : reading)) return null;
  const about = reading.intent?.name ?? null;
  if (about !== null && !open.has(about) && !(about === 'book' && asks)) return null;
  // What nobody would ask of a business is not kept for its owner; what is not offered yet may be tomorrow.
  const keep = about !== 'out-of-scope' || asksForOffer(reading.text);
  if (!keep && !facts.snapshot.knows) return null;
  const question = reading.text.trim();
  return {
    state: {
      ...state,
      topicId: reading.service?.value ?? state.topicId,
      waitingFor: 'look-up',
      unanswered: keep ? question : null,
    },
    moves: [{ kind: 'look-up', request: { question, keep } }],
  };
}

const open: ReadonlySet<NonNullable<Reading['intent']>['name']> = new Set([
  'out-of-scope',
  'address',
  'services',
  'duration',
]);
