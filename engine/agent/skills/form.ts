import type { SkillDocument, SlotDocument } from '../../store/index.ts';
import type { DialogueState, Facts, FormState, Question } from '../dialogue.ts';
import type { ProfileSnapshot, SubmissionRequest } from '../model.ts';
import type { Reading } from '../understanding/reading.ts';
import type { SlotReading, SlotValue } from '../understanding/slots.ts';
import { missingContact, withContact } from './contact.ts';
import { asCorrection, changeOrder, totalOf } from './order.ts';

/** What is to be asked, and for `slot` which one. */
export interface Asked {
  readonly question: Question;
  readonly slotId?: string;
}

/** Skills that are forms of the playbook: a message, an order, a lead, or whatever a business thinks of. */

export const skillOf = (id: string, { playbook }: ProfileSnapshot): SkillDocument | null =>
  playbook?.skills.find((skill) => skill.id === id) ?? null;

/** Whether the agent takes messages. */
export const messageSkill = (snapshot: ProfileSnapshot): SkillDocument | null =>
  snapshot.playbook?.skills.find(({ kind }) => kind === 'message') ?? null;

export const canDo = (skill: string, { skills }: ProfileSnapshot): boolean =>
  skills.length === 0 || skills.includes(skill);

/** The slots that the dialogue has open: those of the form, or those of bookings. */
export function openSlots(state: DialogueState, snapshot: ProfileSnapshot): readonly SlotDocument[] {
  if (state.form) return skillOf(state.form.skillId, snapshot)?.slots ?? [];
  const name = snapshot.services.find(({ id }) => id === state.serviceId)?.name;
  return (snapshot.playbook?.bookingSlots ?? []).filter(
    ({ services }) => services.length === 0 || (name !== undefined && services.includes(name)),
  );
}

export const askedSlot = (state: DialogueState, snapshot: ProfileSnapshot): SlotDocument | null =>
  state.pending === 'slot'
    ? (openSlots(state, snapshot).find(({ id }) => id === state.slotId) ?? null)
    : null;

/** A form begins, with whatever the turn already said of it. */
export function withForm(
  state: DialogueState,
  skill: SkillDocument,
  options: {
    readonly facts: Facts;
    readonly reading?: Reading | null;
    readonly given?: FormState['values'];
    readonly urgent?: boolean;
  },
): DialogueState {
  const { facts, reading = null, given = {}, urgent = false } = options;
  const form: FormState = {
    skillId: skill.id,
    values: given,
    skipped: [],
    urgent: urgent || (reading?.urgent ?? false),
  };
  const begun: DialogueState = { ...state, form, slotId: null, readBack: null };
  return reading ? fillForm(begun, reading, facts) : begun;
}

/** Puts what the caller just said into the form; a changed value withdraws the read-back. */
export function fillForm(state: DialogueState, reading: Reading, facts: Facts): DialogueState {
  const { form } = state;
  if (!form) return state;
  const values = { ...form.values };
  // "No, just one lasagna" at the read-back corrects what is there.
  const corrects = state.pending === 'form-read-back' && (reading.yesNo === 'no' || reading.correction);
  for (const [id, said] of Object.entries(reading.slots)) put(values, id, said, { facts, corrects });
  const items = skillOf(form.skillId, facts.snapshot)?.slots.find(({ kind }) => kind === 'items');
  // What was said before the form was open: "I'd like to order two pizzas".
  if (items && reading.order && !reading.slots[items.id])
    put(values, items.id, { change: reading.order }, { facts, corrects });
  const changed = JSON.stringify(values) !== JSON.stringify(form.values);
  const urgent = form.urgent || reading.urgent;
  const named = withContact(state, reading);
  const same = !changed && urgent === form.urgent && named === state;
  return same ? state : { ...named, form: { ...form, values, urgent }, readBack: null };
}

function put(
  values: Record<string, SlotValue>,
  id: string,
  said: SlotReading,
  { facts, corrects }: { readonly facts: Facts; readonly corrects: boolean },
): void {
  if (!('change' in said)) {
    values[id] = said;
    return;
  }
  const old = values[id]?.order ?? [];
  const change = corrects ? asCorrection(said.change, old) : said.change;
  const order = changeOrder(old, change, facts.snapshot.playbook?.menu ?? []);
  if (order) values[id] = order;
  else delete values[id];
}

/** Words that are taken down may say "leave it at the door": only a few give the form up. */
const fewWords = 4;

/** Whether the caller does not want what is being filled in. */
export const givesUp = (reading: Reading, slot: SlotDocument | null): boolean =>
  slot?.kind === 'text' || slot?.kind === 'address'
    ? reading.dropped && reading.text.trim().split(/\s+/).length <= fewWords
    : reading.dropped || reading.change === 'cancel';

/** What the form lacks, in the order of its slots; null when it is complete. */
export function missingOfForm(state: DialogueState, facts: Facts): Asked | null {
  const { form } = state;
  const skill = form && skillOf(form.skillId, facts.snapshot);
  if (!form || !skill) return null;
  for (const slot of skill.slots) {
    if (slot.volunteered || form.skipped.includes(slot.id)) continue;
    if (slot.kind === 'name' || slot.kind === 'phone') {
      const contact = missingContact(state, slot.kind, facts);
      if (contact) return { question: contact };
    } else if (!form.values[slot.id]) return { question: 'slot', slotId: slot.id };
  }
  return null;
}

/** What is kept once it is agreed to. */
export function submissionOf(state: DialogueState, facts: Facts): SubmissionRequest | null {
  const { form, name, phone } = state;
  const skill = form && skillOf(form.skillId, facts.snapshot);
  if (!form || !skill) return null;
  const menu = facts.snapshot.playbook?.menu ?? [];
  const lines = Object.values(form.values).flatMap((value) => value.order ?? []);
  const person = facts.snapshot.people?.find(({ id }) => id === state.personId);
  return {
    skillId: skill.id,
    kind: skill.kind,
    customerName: name,
    customerPhone: phone ?? facts.caller.number,
    urgent: form.urgent,
    fields: [
      ...(skill.kind === 'message' && person ? [{ id: 'to', label: 'to', value: person.name }] : []),
      ...skill.slots.flatMap(({ id, label }) => {
        const value = form.values[id];
        return value ? [{ id, label, value: value.value }] : [];
      }),
    ],
    totalMinor: lines.length > 0 ? (totalOf(lines, menu)?.minor ?? null) : null,
  };
}
