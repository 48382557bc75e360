import type { Effect } from '../dialogue.ts';
import type { BookedAppointment, FoundAppointment, ProfileSnapshot } from '../model.ts';
import { spokenDateTime, spokenList } from './spoken.ts';

const named = ({ serviceName, startsAtMs }: BookedAppointment, snapshot: ProfileSnapshot): string =>
  `your ${serviceName.toLowerCase()} on ${spokenDateTime(startsAtMs, snapshot)}`;

export const appointmentSentence = (appointment: FoundAppointment, snapshot: ProfileSnapshot): string =>
  `I found ${named(appointment, snapshot)}.`;

export const movedSentence = (
  { startsAtMs, awaitsApproval }: BookedAppointment,
  snapshot: ProfileSnapshot,
): string =>
  awaitsApproval
    ? `I've noted ${spokenDateTime(startsAtMs, snapshot)} instead.`
    : `Your appointment is now on ${spokenDateTime(startsAtMs, snapshot)}.`;

export const cancelledSentence = (appointment: BookedAppointment, snapshot: ProfileSnapshot): string =>
  `I've cancelled ${named(appointment, snapshot)}.`;

export const whichAppointment = (
  found: readonly FoundAppointment[],
  wording: number,
  snapshot: ProfileSnapshot,
): string => {
  const list = spokenList(
    found.slice(0, 3).map((appointment) => named(appointment, snapshot)),
    'and',
  );
  const asks = ['Which one is it about?', 'Which of them do you mean?', 'Which one: the first or the last?'];
  return `I see ${list}. ${asks[wording % asks.length]}`;
};

/** What is read back before an appointment is moved or cancelled. */
export const changeReadBack = (
  effect: Extract<Effect, { kind: 'reschedule' | 'cancel' }>,
  snapshot: ProfileSnapshot,
): string =>
  effect.kind === 'cancel'
    ? `I'll cancel ${named(effect.appointment, snapshot)}.`
    : `I'll move ${named(effect.appointment, snapshot)} to ${spokenDateTime(effect.request.startsAtMs, snapshot)}.`;
