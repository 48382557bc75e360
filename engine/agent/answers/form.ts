import type { SkillDocument } from '../../store/index.ts';
import { advance, ask, askAgain, next } from '../asking.ts';
import { type Decision, type DialogueState, type Facts, isBusy, say } from '../dialogue.ts';
import { changedLine } from '../skills/changed.ts';
import { askedSlot, fillForm, givesUp, messageSkill, skillOf, withForm } from '../skills/form.ts';
import type { Reading } from '../understanding/reading.ts';

type SlotOf = SkillDocument['slots'][number];

/** A turn of the caller while a form is under way; null where it says nothing about it. */
export function onForm(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const { form } = state;
  if (!form) return null;
  const slot = askedSlot(state, facts.snapshot);
  if (givesUp(reading, slot)) return dropForm(state, facts);
  if (state.pending === 'form-read-back') return onFormReadBack(state, reading, facts);
  if (state.pending === 'form-change') {
    const filled = fillForm(state, reading, facts);
    return filled === state ? reopen(state, reading, facts) : advance(filled, facts);
  }
  const filled = fillForm(state, reading, facts);
  const confirms = state.pending === 'name' && reading.name !== null;
  if (filled !== state || confirms) return advance(filled, facts);
  const skips = slot?.optional === true && (reading.yesNo === 'no' || reading.hasNone);
  if (slot && skips) {
    return advance({ ...state, form: { ...form, skipped: [...form.skipped, slot.id] } }, facts);
  }
  return null;
}

/** "No, the medicine is lisinopril": a text that was taken down wrongly, named and said again; null where it is none. */
export function onCorrectedText(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const { form } = state;
  const right = correctedText(state, reading, facts);
  if (!form || !right) return null;
  if (givesUp(reading, askedSlot(state, facts.snapshot))) return dropForm(state, facts);
  const values = { ...form.values, ...right };
  return corrected(state, { ...state, readBack: null, form: { ...form, values } }, facts);
}

const corrected = (before: DialogueState, after: DialogueState, facts: Facts): Decision =>
  advance(after, facts, [say(changedLine(before, after, facts.snapshot) ?? { name: 'correction' })]);

function correctedText(
  { form, pending }: DialogueState,
  { text }: Reading,
  { snapshot }: Facts,
): Readonly<Record<string, { readonly value: string; readonly words: string }>> | null {
  if (!form || (pending !== 'form-read-back' && pending !== 'form-change')) return null;
  for (const { id, kind, label } of skillOf(form.skillId, snapshot)?.slots ?? []) {
    if (kind !== 'text') continue;
    const name = label.replaceAll(/[^\p{L}\p{N} ]/gu, '.');
    const said = new RegExp(`\\bthe ${name} (?:is|was|should be|should read) (.+)$`, 'iu').exec(text)?.[1];
    const words = said?.replace(/[\s.,;!]+$/, '') ?? '';
    // "The medicine is wrong" names it without saying it.
    if (words !== '' && !/^(?:not |(?:all )?wrong|incorrect)/i.test(words))
      return { [id]: { value: words, words } };
  }
  return null;
}

function onFormReadBack(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const filled = fillForm(state, reading, facts);
  if (filled !== state) return corrected(state, filled, facts);
  if (reading.clearYes && !reading.correction && state.readBack?.kind === 'submit') {
    const { request } = state.readBack;
    return { state: { ...state, waitingFor: 'submit' }, moves: [{ kind: 'submit', request }] };
  }
  if (reading.aspect !== null && (reading.yesNo === 'no' || reading.correction)) {
    return reopen(state, reading, facts);
  }
  if (reading.yesNo !== 'no') return null;
  return namedSlot(state, reading, facts)
    ? reopen(state, reading, facts)
    : ask({ ...state, readBack: null }, 'form-change', { facts });
}

/** "The address": that value is asked for anew. */
function reopen(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const { form } = state;
  if (!form) return null;
  // The half that is right may stay.
  if (reading.aspect === 'name') return ask({ ...state, readBack: null }, 'name', { facts });
  if (reading.aspect === 'phone') {
    return advance({ ...state, phone: null, lineNumberRefused: true, digits: '', readBack: null }, facts);
  }
  const named = namedSlot(state, reading, facts);
  if (!named) {
    // "Nothing, it's fine": read it back once more.
    return reading.yesNo !== null ? askAgain(state, facts, [], true) : null;
  }
  const { [named.id]: _, ...values } = form.values;
  return advance({ ...state, readBack: null, form: { ...form, values } }, facts);
}

/** What the caller names by its label. */
function namedSlot({ form }: DialogueState, { text }: Reading, { snapshot }: Facts): SlotOf | null {
  const said = text.toLowerCase();
  const isNamed = ({ label }: SlotOf): boolean =>
    label
      .toLowerCase()
      .split(' ')
      .some((word) => word.length > 3 && said.includes(word));
  return (form && skillOf(form.skillId, snapshot)?.slots.find(isNamed)) ?? null;
}

const dropForm = (state: DialogueState, facts: Facts): Decision =>
  next({ ...state, form: null, slotId: null, readBack: null, digits: '' }, facts, [say({ name: 'dropped' })]);

/** It is kept: told, and on to what else was wanted. */
export function onSubmitted(state: DialogueState, facts: Facts): Decision {
  const { form } = state;
  if (!form) return next({ ...state, waitingFor: null }, facts);
  const skill = skillOf(form.skillId, facts.snapshot);
  const words = Object.fromEntries(
    (skill?.slots ?? []).flatMap(({ id }) => {
      const value = form.values[id];
      return value ? [[id, value.words] as const] : [];
    }),
  );
  const kept: DialogueState = {
    ...state,
    form: null,
    slotId: null,
    readBack: null,
    waitingFor: null,
    personId: null,
    submitted: { skillId: form.skillId, words },
  };
  return next(kept, facts, [say({ name: 'submitted', skillId: form.skillId })]);
}

/** Begins a form; where something else is under way, that is finished first. */
export function onSkill(
  state: DialogueState,
  skill: SkillDocument,
  options: { readonly reading: Reading; readonly facts: Facts },
): Decision {
  const { reading, facts } = options;
  if (isBusy(state)) {
    const later = [...state.later, { kind: 'form', skillId: skill.id } as const];
    return askAgain({ ...state, later }, facts, [say({ name: 'after-this' })], false);
  }
  return advance(withForm(state, skill, { facts, reading }), facts);
}

/** Answers to "would you like to leave a message?". */
export function onMessageAnswer(state: DialogueState, reading: Reading, facts: Facts): Decision | null {
  const skill = messageSkill(facts.snapshot);
  const isMessage = skill !== null && (reading.wantsMessage || reading.skill?.value === skill.id);
  // "No, I want to come in on Monday", "okay, let's do Wednesday at eight"
  const goesOn =
    reading.wantsBooking || / (?:let's|how about|what about) /.test(` ${reading.text.toLowerCase()} `);
  const books = reading.service !== null || (reading.when !== null && goesOn);
  if (books && !isMessage) return null;
  if (skill && (isMessage || reading.yesNo === 'yes'))
    return takeMessage(state, skill, { facts, text: state.unanswered });
  if (reading.yesNo !== 'no') return null;
  return next({ ...state, unanswered: null, unfinished: null }, facts);
}

/** @param options.text what the message is, where the caller has said it already */
export function takeMessage(
  state: DialogueState,
  skill: SkillDocument,
  options: { readonly facts: Facts; readonly text?: string | null; readonly urgent?: boolean },
): Decision {
  const { facts, text = null, urgent } = options;
  const slot = skill.slots.find(({ kind }) => kind === 'text');
  const given = slot && text !== null ? { [slot.id]: { value: text, words: text } } : {};
  return advance(
    withForm({ ...state, unanswered: null, unfinished: null }, skill, { facts, given, urgent }),
    facts,
  );
}
