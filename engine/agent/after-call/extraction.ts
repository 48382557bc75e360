import type { Extraction, ExtractionField, TranscriptTurn } from '../../store/index.ts';
import { tokenise } from '../understanding/tokens.ts';
import { type CallRecord, partyName } from './call-record.ts';
import { recognisedValue } from './recognised-values.ts';

/**
 * Fills fields that neither the record nor the recognisers know, from the conversation; a language model under a
 * grammar. A field that was not told is left out.
 */
export type CompleteFields = (request: {
  readonly fields: readonly ExtractionField[];
  readonly transcript: string;
}) => Promise<Readonly<Record<string, string>>>;

export interface ExtractionOptions {
  readonly complete?: CompleteFields | null;
  /** Waited for between turns, for who has more to do. */
  readonly pause?: () => Promise<void>;
}

/** How sure the sources are that are not words of the caller. */
const recordConfidence = 0.97;
const slotConfidence = 0.9;
const modelConfidence = 0.6;

/** Values for the fields of a playbook; one that the call does not tell is not among them. */
export async function extract(
  record: CallRecord,
  { complete = null, pause = async () => {} }: ExtractionOptions = {},
): Promise<readonly Extraction[]> {
  const known: { field: ExtractionField; found: Found | null }[] = [];
  for (const field of record.playbook.extraction) {
    known.push({ field, found: await knownValue(field, record, pause) });
  }
  const missing = known.filter(({ found }) => found === null).map(({ field }) => field);
  const completed = complete && missing.length > 0 ? await completedBy(complete, missing, record) : {};
  return known.flatMap(({ field, found }): readonly Extraction[] => {
    const { id, label } = field;
    if (found) return [{ id, label, ...found }];
    const value = completed[id];
    return value === undefined ? [] : [{ id, label, value, confidence: modelConfidence, source: 'model' }];
  });
}

type Found = Pick<Extraction, 'value' | 'confidence' | 'source'>;

async function knownValue(
  field: ExtractionField,
  record: CallRecord,
  pause: () => Promise<void>,
): Promise<Found | null> {
  const recorded = recordedValue(field, record);
  if (recorded !== null) return { value: recorded, confidence: recordConfidence, source: 'slot' };
  const slot = slotValue(field, record);
  if (slot !== null) return { value: slot, confidence: slotConfidence, source: 'slot' };
  const heard = await recognisedValue(field, record, pause);
  if (!heard) return null;
  return { value: heard.value, confidence: Math.round(heard.confidence * 100) / 100, source: 'recogniser' };
}

const names = {
  service: /^(?:service|treatment|appointment-type|procedure|job|service-type)$/,
  staff: /^(?:staff|provider|doctor|dentist|therapist|artist|stylist|mechanic|agent-name)$/,
  when: /^(?:when|date|time|date-time|appointment|appointment-time|appointment-date|starts-at|booked-for)$/,
  name: /^(?:name|customer|customer-name|caller|caller-name|patient|patient-name|full-name)$/,
  phone: /^(?:phone|number|phone-number|customer-phone|callback|callback-number|call-back-number)$/,
} as const;

/** What was booked, or left with the business: the surest there is. */
function recordedValue({ id, kind }: ExtractionField, record: CallRecord): string | null {
  const { booked, moved, submissions } = record;
  const appointment = booked.at(-1) ?? moved.at(-1)?.appointment;
  const field = submissions
    .flatMap((one) => one.fields)
    .findLast((one) => one.id === id && one.value.trim() !== '');
  if (field) return field.value;
  if (appointment) {
    if (names.service.test(id)) return appointment.serviceName;
    if (names.staff.test(id)) return appointment.staffName;
    if (names.when.test(id) && kind === 'date-time') return new Date(appointment.startsAtMs).toISOString();
  }
  if (kind === 'name' && names.name.test(id)) return partyName(record);
  if (kind !== 'phone' || !names.phone.test(id)) return null;
  return appointment?.customerPhone ?? submissions.at(-1)?.customerPhone ?? null;
}

/** What the dialogue understood, under the field's name, its label, or the usual name of its kind. */
function slotValue(field: ExtractionField, { understood }: CallRecord): string | null {
  const wanted = [field.id, field.label.toLowerCase()];
  for (const [slot, pattern] of Object.entries(names)) if (pattern.test(field.id)) wanted.push(slot);
  for (const { slots } of understood.toReversed()) {
    const found = Object.entries(slots).find(
      ([slot, value]) => value.trim() !== '' && wanted.includes(slot.toLowerCase()),
    );
    if (found && allowed(field, found[1])) return found[1];
  }
  return null;
}

const allowed = ({ kind, choices }: ExtractionField, value: string): boolean =>
  kind !== 'choice' || choices.includes(value);

async function completedBy(
  complete: CompleteFields,
  fields: readonly ExtractionField[],
  { turns }: CallRecord,
): Promise<Readonly<Record<string, string>>> {
  const transcript = turns.map(({ speaker, text }) => `${speaker}: ${text}`).join('\n');
  const given = await complete({ fields, transcript }).catch((): Readonly<Record<string, string>> => ({}));
  const good = fields.flatMap((field) => {
    const value = given[field.id]?.trim() ?? '';
    return value !== '' && allowed(field, value) && isTold(value, turns) ? [[field.id, value] as const] : [];
  });
  return Object.fromEntries(good);
}

/** True when every word of a value was said by the caller: a model may choose words, not bring any. */
export function isTold(value: string, turns: readonly TranscriptTurn[]): boolean {
  const said = new Set(
    turns
      .filter((turn) => turn.speaker === 'caller')
      .flatMap((turn) => tokenise(turn.text).map((token) => token.text)),
  );
  const words = tokenise(value).map((token) => token.text);
  return words.length > 0 && words.every((word) => said.has(word));
}
