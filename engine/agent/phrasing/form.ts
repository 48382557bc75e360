import type { Playbook, SlotDocument } from '../../store/index.ts';
import type { DialogueState, Effect } from '../dialogue.ts';
import type { ProfileSnapshot } from '../model.ts';
import { skillOf } from '../skills/form.ts';
import { spokenTotal } from '../skills/order.ts';
import { spokenPhone } from './spoken.ts';

/** Words of the playbook's skills. What they hold comes from the caller and the menu, never from a model. */

export const slotQuestion = (slot: SlotDocument, wording: number): string =>
  slot.ask[wording % slot.ask.length] ?? '';

/** The form as it is read back: the skill's own sentence, else its values one after the other. */
export function formReadBack(
  state: DialogueState,
  effect: Extract<Effect, { kind: 'submit' }>,
  snapshot: ProfileSnapshot,
): string {
  const { request } = effect;
  const skill = skillOf(request.skillId, snapshot);
  const values = state.form?.values ?? {};
  const lines = Object.values(values).flatMap(({ order = [] }) => order);
  const total = spokenTotal(lines, { menu: snapshot.playbook?.menu ?? [], language: snapshot.language });
  const phone = request.customerPhone && spokenPhone(request.customerPhone, snapshot.language);
  const words: Readonly<Record<string, string>> = {
    ...Object.fromEntries(Object.entries(values).map(([id, value]) => [id, value.words])),
    ...{ total, name: request.customerName ?? '', phone: phone ?? '' },
  };
  if (skill?.readBack) {
    const sentence = skill.readBack.replace(/\{([a-z0-9-]+)\}/g, (_, id: string) => words[id] ?? '');
    if (!/\{/.test(sentence)) return tidy(sentence);
  }
  const parts = (skill?.slots ?? []).flatMap(({ id, label, kind }) => {
    const value = kind === 'name' ? words.name : kind === 'phone' ? words.phone : words[id];
    return value ? [`${label}: ${value}`] : [];
  });
  return tidy(`${parts.join('. ')}.${total === '' ? '' : ` ${total} in total.`}`);
}

const tidy = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/\s+([,.?!])/g, '$1')
    .replace(/([,.])[,.]+/g, '$1')
    .trim();

/** The number of the emergency services, in digits as they are spoken. */
const emergencyNumbers: Readonly<Record<string, string>> = {
  US: '911',
  CA: '911',
  GB: '999',
  IE: '112',
  IN: '112',
  AU: '000',
  NZ: '111',
};

export function emergencySentence(
  id: string,
  { playbook, language }: Pick<ProfileSnapshot, 'playbook' | 'language'>,
): string {
  const said = playbook?.emergencies.find((emergency) => emergency.id === id)?.say ?? '';
  const number = emergencyNumbers[/-([A-Z]{2})\b/.exec(language)?.[1] ?? 'US'] ?? '112';
  return said.replaceAll('{emergency}', [...number].join(' '));
}

const professionals: Readonly<Record<Playbook['advice'], string>> = {
  medical: 'a doctor or nurse',
  dental: 'a dentist',
  legal: 'a lawyer',
  financial: 'an adviser',
  safety: 'one of our technicians',
  none: 'one of our team',
};

export const adviceSentence = ({ playbook }: ProfileSnapshot): string =>
  `I'm sorry, I can't give advice on that; ${professionals[playbook?.advice ?? 'none']} has to answer it.`;

export const addressSentence = ({ playbook }: ProfileSnapshot): string => {
  const address = playbook?.address ? `We're at ${playbook.address.replace(/\.$/, '')}.` : '';
  return `${address} ${playbook?.directions ?? ''}`.trim();
};

/** Everything of the playbook that is said as it stands, to be made ready ahead of the calls. */
export function playbookSentences(snapshot: ProfileSnapshot): readonly string[] {
  const { playbook } = snapshot;
  if (!playbook) return [];
  return [
    ...playbook.skills.flatMap(({ slots, done }) => [...slots.flatMap(({ ask }) => ask), done]),
    ...playbook.bookingSlots.flatMap(({ ask }) => ask),
    ...playbook.emergencies.map(({ id }) => emergencySentence(id, snapshot)),
    ...(playbook.address || playbook.directions ? [addressSentence(snapshot)] : []),
    adviceSentence(snapshot),
  ];
}
