import { onSkill } from './answers/form.ts';
import { advance, ask, askAgain, end } from './asking.ts';
import { type Decision, type DialogueState, type Facts, isBusy, say } from './dialogue.ts';
import { dayOf } from './skills/book.ts';
import { ofDays, withChange } from './skills/change.ts';
import { canDo, messageSkill, skillOf } from './skills/form.ts';
import { isPlausibleNumber } from './understanding/phone.ts';
import type { Reading } from './understanding/reading.ts';

/** What a caller can want besides a booking. Where something is under way, it comes up afterwards. */
export function onWanted(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  // What only resembles an example neither changes a list nor ends a call.
  const isSure = reading.intent?.score === 1;
  switch (reading.intent?.name) {
    case 'do-not-call':
      return isSure ? onDoNotCall(state, reading, facts) : null;
    case 'wrong-number':
      return isSure ? end(state, [say({ name: 'wrong-number' })]) : null;
    case 'change-appointment':
      return onChangeWanted(state, reading, facts);
    default:
      return onSkillWanted(state, reading, facts);
  }
}

function onDoNotCall(state: DialogueState, reading: Reading, facts: Facts): Decision {
  const number = reading.phone?.value ?? facts.caller.number;
  if (number === null || !isPlausibleNumber(number)) {
    return ask(state, 'how-can-i-help', { facts, lead: [say({ name: 'which-number-not-to-call' })] });
  }
  return {
    state: { ...state, waitingFor: 'do-not-call' },
    moves: [{ kind: 'do-not-call', request: { number } }],
  };
}

function onChangeWanted(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  if (!canDo('change-appointment', facts.snapshot)) return null;
  // During a booking that has not come about yet, "cancel" and "change" are about this one.
  if (isBusy(state)) return null;
  return (
    onSecondThoughts(state, reading, facts) ?? advance(withChange(state, reading.change, reading), facts)
  );
}

/** "Hold on, can you do Friday instead": what was just booked, moved or told of is the caller's own. */
export function onSecondThoughts(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const { theirs } = state;
  if (!theirs || isBusy(state) || !canDo('change-appointment', facts.snapshot)) return null;
  const { when, toWhen, choice } = reading;
  const moves =
    reading.change === 'reschedule' || (reading.correction && (when !== null || choice === 'later'));
  const what = reading.change === 'cancel' ? 'cancel' : moves ? 'reschedule' : null;
  const isOther =
    (reading.service !== null && reading.service.value !== theirs.serviceId) ||
    / (?:other|another) (?:one|appointment)/.test(reading.text);
  if (what === null || isOther) return null;
  const { timeZone } = facts.snapshot;
  const day = dayOf(theirs.startsAtMs, timeZone);
  const to = toWhen ?? (when && { ...when, days: when.days ?? { from: day, to: day } });
  const named = toWhen || what === 'cancel' ? when?.days : null;
  if (named && ofDays([theirs], named, timeZone).length === 0) return null;
  const changing = withChange(state, what, { ...reading, toWhen: to });
  return advance(
    { ...changing, change: changing.change && { ...changing.change, appointment: theirs } },
    facts,
  );
}

function onSkillWanted(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const { snapshot } = facts;
  const message = reading.wantsMessage ? messageSkill(snapshot) : null;
  const named = reading.skill ? skillOf(reading.skill.value, snapshot) : null;
  // Whoever names dishes wants them, whatever else is said.
  const orders =
    reading.order && (!reading.question || reading.wantsBooking) && reading.order.add.length > 0
      ? orderSkill(facts)
      : null;
  const skill = named ?? message ?? orders;
  if (!skill || skill.id === state.form?.skillId) return null;
  // While an answer is waited for, what only resembles an example does not lead away.
  const isSure = message !== null || orders !== null || (reading.skill?.confidence ?? 0) === 1;
  if (!isSure && state.pending !== 'how-can-i-help' && state.pending !== 'anything-else') return null;
  return state.later.some((wanted) => wanted.kind === 'form' && wanted.skillId === skill.id)
    ? askAgain(state, facts, [], false)
    : onSkill(state, skill, { reading, facts });
}

const orderSkill = ({ snapshot }: Facts) =>
  snapshot.playbook?.skills.find(({ slots }) => slots.some(({ kind }) => kind === 'items')) ?? null;
