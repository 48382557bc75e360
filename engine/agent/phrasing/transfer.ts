import type { DialogueState, Facts } from '../dialogue.ts';
import type { CallerContext, ProfileSnapshot, TransferFailure } from '../model.ts';
import { spokenPhone } from './spoken.ts';

const nameOf = (snapshot: ProfileSnapshot, personId: string | null): string | null =>
  snapshot.people?.find(({ id }) => id === personId)?.name ?? null;

export const connecting = (name: string): string => `One moment, I'll connect you to ${name}.`;

export const connectingSentence = (snapshot: ProfileSnapshot, personId: string): string =>
  connecting(nameOf(snapshot, personId) ?? 'a member of our team');

const notConnected = {
  busy: 'is on another call right now.',
  'no-answer': "isn't answering right now.",
  declined: "isn't available right now.",
  unavailable: "can't be reached right now.",
} as const satisfies Record<TransferFailure, string>;

export const notConnectedSentence = (
  snapshot: ProfileSnapshot,
  personId: string | null,
  why: TransferFailure,
): string => `I'm sorry, ${nameOf(snapshot, personId) ?? 'our team'} ${notConnected[why]}`;

/** Every sentence about each person, to be made ready ahead of the calls. */
export const peopleSentences = (snapshot: ProfileSnapshot): readonly string[] =>
  (snapshot.people ?? []).flatMap(({ id }) => [
    connectingSentence(snapshot, id),
    ...(['busy', 'no-answer', 'declined', 'unavailable'] as const).map((why) =>
      notConnectedSentence(snapshot, id, why),
    ),
  ]);

/** What a form of the playbook holds, for the screen; null where there is none. */
export function formInWords(
  state: DialogueState,
  { snapshot }: Pick<Facts, 'snapshot'>,
): { readonly skill: string; readonly slots: Readonly<Record<string, string>> } | null {
  const to = nameOf(snapshot, state.personId);
  const { form, submitted } = state;
  const skill = form?.skillId ?? submitted?.skillId;
  if (skill === undefined) return null;
  const values = form
    ? Object.fromEntries(Object.entries(form.values).map(([id, { value, words }]) => [id, words || value]))
    : (submitted?.words ?? {});
  return { skill, slots: { ...(to ? { to } : {}), ...(state.name ? { name: state.name } : {}), ...values } };
}

/** How a person may take a call that is announced to them. */
export type Acceptance = 'speech-or-key' | 'key';

/**
 * What somebody hears who is to take a call: who is there, their number, what they want.
 *
 * @param wish in words, for example "a filling, Tuesday at 10 AM"; null where nothing is known
 */
export function briefing(options: {
  readonly snapshot: Pick<ProfileSnapshot, 'agentName' | 'tenantName' | 'language'>;
  readonly caller: Pick<CallerContext, 'name' | 'number'>;
  readonly wish: string | null;
  readonly acceptance: Acceptance;
}): string {
  const { snapshot, caller, wish, acceptance } = options;
  const who = caller.name ?? 'a caller';
  const number =
    caller.number === null ? '' : `, calling from ${spokenPhone(caller.number, snapshot.language)}`;
  return [
    `Hello, this is ${snapshot.agentName}, the assistant of ${snapshot.tenantName}.`,
    `I have ${who} on the line${number}.`,
    ...(wish === null ? [] : [`It is about ${wish}.`]),
    acceptance === 'key'
      ? 'Press 1 to take the call, or 2 to decline.'
      : 'Say yes or press 1 to take the call, or press 2 to decline.',
  ].join(' ');
}
