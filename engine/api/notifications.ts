import type { NoticedEvent, TenantStore } from '../store/index.ts';
import type { Notice, notificationMethods } from './contract/index.ts';
import type { Desk, DeskParts } from './desk.ts';

/** What a screen tells as it happens, read out of the business's log. */
export const notificationDesk = ({ box }: DeskParts): Pick<Desk, keyof typeof notificationMethods> => ({
  'notification.list': ({ id, query: { limit } }) => {
    const store = box.tenant(id);
    return { notifications: store.notices.latest(limit).flatMap((event) => noticeOf(event, store) ?? []) };
  },
});

/** Null where what it tells of is gone, or somebody of the house only tried the agent. */
function noticeOf(event: NoticedEvent, store: TenantStore): Notice | null {
  const { sequence, atMs } = event;
  const plain = {
    ...{ sequence, atMs, who: null, what: null, startsAtMs: null, urgent: false },
    ...{ callId: null, appointmentId: null, submissionId: null },
  };
  const from = 'callId' in event ? event.callId : null;
  const call = from ? store.calls.find(from) : null;
  if (call?.practice) return null;
  switch (event.type) {
    case 'call.ended': {
      const { callId } = event;
      if (call?.direction !== 'inbound') return null;
      return { ...plain, kind: 'missed', who: call.callerName ?? call.callerNumber, callId };
    }
    case 'submission.received': {
      const { submissionId, callId, urgent } = event;
      const left = store.submissions.find(submissionId);
      if (!left) return null;
      const who = left.customerName ?? left.customerPhone;
      return { ...plain, kind: 'message', who, what: left.title, urgent, callId, submissionId };
    }
    default: {
      const { appointmentId } = event;
      const appointment = store.appointments.find(appointmentId);
      if (!appointment) return null;
      const { customerName: who, serviceName: what, startsAtMs, callId } = appointment;
      const told = { ...plain, who, what, startsAtMs, callId, appointmentId };
      if (event.type === 'mail.failed') return { ...told, kind: 'alert', urgent: true };
      return event.type === 'calendar.clashed'
        ? { ...told, kind: 'clash', urgent: true }
        : { ...told, kind: 'booking', urgent: appointment.status === 'draft' };
    }
  }
}
