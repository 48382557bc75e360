import { type DialogueState, type Facts, isBusy } from '../dialogue.ts';
import type { SubmissionRequest } from '../model.ts';
import { slotsInWords } from '../phrasing/phrase.ts';
import { spokenDay } from '../phrasing/spoken.ts';
import { formInWords } from '../phrasing/transfer.ts';
import { messageSkill, skillOf } from './form.ts';

/** What becomes of a call that cannot be finished: nothing that the caller said of use is lost. */

const wishes = {
  reschedule: 'to move an appointment',
  cancel: 'to cancel an appointment',
  check: 'to know about an appointment',
} as const;

/** What is under way, for whoever calls back; null where nothing is, or nothing is known of it. */
export function inWords(state: DialogueState, { snapshot }: Pick<Facts, 'snapshot'>): string | null {
  const { form, change } = state;
  if (!isBusy(state)) return null;
  if (form) {
    const title = skillOf(form.skillId, snapshot)?.title ?? form.skillId;
    return listed(`wanted: ${title}`, formInWords(state, { snapshot })?.slots ?? {});
  }
  if (change) {
    const { name, phone, days } = change;
    const told = { name, 'booked with': phone, day: days && spokenDay(days.from, snapshot.language) };
    const wish = change.what && `wanted ${wishes[change.what]}`;
    return listed(wish ?? 'wanted to change an appointment', told) ?? wish;
  }
  return listed(
    state.moving ? `wanted ${wishes.reschedule}` : 'wanted an appointment',
    slotsInWords(state, { snapshot }),
  );
}

function listed(wish: string, values: Readonly<Record<string, string | null>>): string | null {
  const told = Object.entries(values).flatMap(([label, value]) => (value ? [`${label}: ${value}`] : []));
  return told.length === 0 ? null : [wish, ...told].join(', ');
}

const longestValue = 2000;

/** Where the caller can be reached; null where no number is known. */
export const numberOf = (
  { phone, change }: DialogueState,
  { caller }: Pick<Facts, 'caller'>,
): string | null => phone ?? caller.number ?? change?.phone ?? null;

/** The message that the owner finds; null where the caller said nothing of use, or nobody takes messages. */
export function rescueOf(state: DialogueState, facts: Facts): SubmissionRequest | null {
  const skill = messageSkill(facts.snapshot);
  const slot = skill?.slots.find(({ kind }) => kind === 'text');
  const wish =
    inWords(state, facts) ?? state.unfinished ?? (state.unanswered && `asked: ${state.unanswered}`);
  if (!skill || !slot || wish === null) return null;
  const value = `Please call back. The call could not be finished; the caller ${wish}`;
  return {
    ...{ skillId: skill.id, kind: skill.kind, totalMinor: null, urgent: state.form?.urgent ?? false },
    customerName: state.name ?? state.change?.name ?? null,
    customerPhone: numberOf(state, facts),
    fields: [{ id: slot.id, label: slot.label, value: value.slice(0, longestValue) }],
  };
}
