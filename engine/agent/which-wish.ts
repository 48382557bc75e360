import { ask } from './asking.ts';
import { type Decision, type DialogueState, type Facts, isBusy } from './dialogue.ts';
import { canBook, fills } from './skills/book.ts';
import { canDo, skillOf } from './skills/form.ts';
import type { Meant } from './understanding/intents.ts';
import type { Reading } from './understanding/reading.ts';

/** Two wishes are equally near to what was said: which one it is, is asked once. */
export function onBetween(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const isOpen = state.pending === 'how-can-i-help' || state.pending === 'anything-else';
  // A service, a day or the wish to book settles it.
  if (!reading.between || !isOpen || isBusy(state) || fills(reading) || reading.wantsBooking) return null;
  if (!reading.between.every((meant) => isOffered(meant, facts))) return null;
  return ask({ ...state, between: { reading, meant: reading.between } }, 'which-wish', { facts });
}

function isOffered({ name, skillId }: Meant, facts: Facts): boolean {
  if (name === 'book') return canBook(facts);
  if (name === 'skill') return skillId !== null && skillOf(skillId, facts.snapshot) !== null;
  return name !== 'change-appointment' || canDo(name, facts.snapshot);
}

/** The answer to it: what was said first, with the wish settled. The likelier one where it stays open. */
export function settled(
  state: DialogueState,
  answer: Reading,
  heardWell: boolean,
): { readonly state: DialogueState; readonly reading: Reading } {
  const { between } = state;
  const here: DialogueState = { ...state, pending: 'how-can-i-help', between: null };
  if (!between) return { state: here, reading: answer };
  const [likelier, other] = between.meant;
  if (!heardWell) return { state: here, reading: asMeant(between.reading, likelier) };
  const named = between.meant.find((meant) => isNamed(meant, answer));
  const isOther = !named && (answer.intent !== null || answer.skill !== null || answer.yesNo === 'no');
  if (isOther || (!named && fills(answer))) return { state: here, reading: answer };
  const wish = named ?? (answer.choice === 'second' ? other : likelier);
  const { reading } = between;
  return {
    state: here,
    reading: {
      ...asMeant(reading, wish),
      ...{ change: answer.change ?? reading.change, when: answer.when ?? reading.when },
      ...{ service: answer.service ?? reading.service, name: answer.name ?? reading.name },
    },
  };
}

const isNamed = ({ name, skillId }: Meant, { intent, skill, change, wantsMessage }: Reading): boolean =>
  name === 'skill'
    ? skill?.value === skillId || (wantsMessage && skillId === 'message')
    : intent?.name === name || (name === 'change-appointment' && intent === null && change !== null);

const asMeant = (reading: Reading, { name, skillId }: Meant): Reading => ({
  ...reading,
  between: null,
  question: false,
  intent: name === 'skill' ? null : { name, score: 1, margin: 1 },
  skill: skillId === null ? null : { value: skillId, confidence: 1 },
  wantsBooking: name === 'book',
});
