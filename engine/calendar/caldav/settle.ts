import { isVoxboxError, systemIds, VoxboxError } from '../../foundation/index.ts';
import type { Appointment, CalendarCopy, CalendarObject } from '../../store/index.ts';
import { cancelAppointment, rescheduleAppointment } from '../changes.ts';
import { type RemoteEvent, readEvent, uidOf, writeEvent } from './event.ts';
import { type LinkSyncParts, linkOf, look } from './pull.ts';
import { nextStep, type Step } from './reconcile.ts';

/** A calendar that others write to may change under our hands. */
const mostSteps = 8;

interface Situation {
  readonly step: Step;
  readonly appointmentId: string;
  readonly appointment: Appointment | null;
  readonly object: CalendarObject | null;
  readonly theirs: RemoteEvent | null;
}

/** Takes steps until an appointment and its event are alike, or both gone. */
export async function settle(appointmentId: string, parts: LinkSyncParts): Promise<void> {
  for (let taken = 0; taken < mostSteps; taken += 1) {
    const situation = situationOf(appointmentId, parts);
    if (situation.step === 'nothing') {
      markSettled(situation, parts);
      return;
    }
    await take(situation, parts);
  }
  throw new VoxboxError('calendar_unreachable', 'an event there changes faster than it can be written');
}

function situationOf(appointmentId: string, parts: LinkSyncParts): Situation {
  const { store, linkId, clock } = parts;
  const { staffId } = linkOf(parts);
  const appointment = store.appointments.find(appointmentId);
  const object = store.calendarCopies.objectOf(linkId, uidOf(appointmentId));
  const theirs = object && readEvent(object.body, store.timeZone);
  const ours = appointment && {
    ...appointment,
    wanted: appointment.status === 'booked' && (staffId === null || staffId === appointment.staffId),
    over: appointment.endsAtMs <= clock.nowMs(),
  };
  const step = nextStep(ours, store.calendarCopies.copy(linkId, appointmentId), theirs);
  return { step, appointmentId, appointment, object, theirs };
}

function markSettled({ object }: Situation, { store, linkId }: LinkSyncParts): void {
  if (object) store.calendarCopies.markSettled(linkId, object.uid);
}

async function take(situation: Situation, parts: LinkSyncParts): Promise<void> {
  const { step, appointmentId, appointment } = situation;
  const { store, linkId } = parts;
  switch (step) {
    case 'create':
    case 'update':
      return await write(situation, parts);
    case 'remove':
      return await remove(situation, parts);
    case 'agree':
      if (appointment) store.calendarCopies.putCopy(linkId, copyOf(appointment));
      return;
    case 'forget':
      store.calendarCopies.removeCopy(linkId, appointmentId);
      return;
    case 'take-move':
      takeMove(situation, parts);
      return;
    case 'take-cancel':
      store.transaction(() => {
        store.calendarCopies.removeCopy(linkId, appointmentId);
        cancelAppointment(store, { appointmentId, callId: null }, parts);
      });
      return;
    case 'nothing':
  }
}

const copyOf = ({ id, startsAtMs, endsAtMs, revision }: Appointment): CalendarCopy => ({
  ...{ appointmentId: id, startsAtMs, endsAtMs, revision },
});

async function write({ appointment, appointmentId, object }: Situation, parts: LinkSyncParts): Promise<void> {
  if (!appointment) return;
  const { store, linkId, remote } = parts;
  const body = writeEvent(appointment, object?.body ?? null);
  const href = object?.href ?? remote.hrefOf(appointmentId);
  const written = await remote.write(href, body, object?.etag ?? null);
  store.transaction(() => {
    linkOf(parts);
    if (written.kind === 'written') store.calendarCopies.putCopy(linkId, copyOf(appointment));
    if (written.kind === 'changed' || written.etag === null) return;
    const seen = { href, uid: uidOf(appointmentId), etag: written.etag, body, settled: true };
    store.calendarCopies.putObject(linkId, seen);
  });
  // Somebody else was there before us, or the server has made something of it: it is looked at again.
  if (written.kind === 'changed' || written.etag === null) await look([href], parts);
}

async function remove({ object, appointmentId }: Situation, parts: LinkSyncParts): Promise<void> {
  if (!object) return;
  const { store, linkId, remote } = parts;
  const { kind } = await remote.remove(object.href, object.etag);
  if (kind === 'changed') {
    await look([object.href], parts);
    return;
  }
  store.transaction(() => {
    store.calendarCopies.removeObject(linkId, object.href);
    store.calendarCopies.removeCopy(linkId, appointmentId);
  });
}

/** To the same member of staff. What cannot be is noted as what they have, so that the next step puts it back. */
function takeMove({ theirs, appointment, appointmentId }: Situation, parts: LinkSyncParts): void {
  if (!theirs || !appointment) return;
  const { store, linkId } = parts;
  const { startsAtMs, endsAtMs } = theirs;
  store.transaction(() => {
    const moved = tryMove(appointment, startsAtMs, parts);
    const { revision } = moved ?? appointment;
    store.calendarCopies.putCopy(linkId, { appointmentId, startsAtMs, endsAtMs, revision });
    if (!moved) store.calendarLinks.countClash(linkId, appointmentId);
  });
}

/** Null where it cannot be had there. */
function tryMove({ id, staffId }: Appointment, startsAtMs: number, parts: LinkSyncParts): Appointment | null {
  const impossible = ['opening_taken', 'outside_hours', 'appointment_closed', 'input_invalid', 'not_found'];
  try {
    return rescheduleAppointment(
      parts.store,
      { appointmentId: id, startsAtMs, staffId, callId: null },
      { clock: parts.clock, ids: systemIds },
    );
  } catch (error) {
    if (isVoxboxError(error) && impossible.includes(error.code)) return null;
    throw error;
  }
}
