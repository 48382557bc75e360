import type { Decision, DialogueState, Facts } from './dialogue.ts';
import { fills } from './skills/book.ts';
import { canDo } from './skills/form.ts';
import type { Reading } from './understanding/reading.ts';

/** Nobody asks in fewer words. */
const leastWords = 3;

/** A question that no skill answers goes to the documents. */
export function onQuestion(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  if (!reading.question || !canDo('knowledge', facts.snapshot)) return null;
  if (reading.text.trim().split(/\s+/).length < leastWords) return null;
  if (fills(reading)) return null;
  const about = reading.intent?.name ?? null;
  if (about !== null && !open.has(about) && !(about === 'book' && asksHow.test(reading.text))) return null;
  if (about === 'out-of-scope' && !facts.snapshot.knows) return null;
  // What nobody would ask of a business is not kept for its owner.
  const keep = about !== 'out-of-scope';
  const question = reading.text.trim();
  return {
    state: { ...state, waitingFor: 'look-up', unanswered: keep ? question : null },
    moves: [{ kind: 'look-up', request: { question, keep } }],
  };
}

/** "Where can I park when I come in" asks for no appointment, whatever its words. */
const asksHow =
  /^\W*(?:(?:so|and|um|uh|hi|hello|okay)\W+)*(?:where|what|which|why|who|how (?!soon|early|quickly|about))\b/i;

const open: ReadonlySet<NonNullable<Reading['intent']>['name']> = new Set([
  'out-of-scope',
  'address',
  'services',
  'duration',
]);
