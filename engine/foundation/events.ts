import type { AccessEvent } from './access-events.ts';

/**
 * What happened, in the past tense. An event is written in the same transaction as the change it
 * tells of; the feed sends it on after the commit and the screens fold it in.
 */
export type DomainEvent =
  | AccessEvent
  | { readonly type: 'tenant.created'; readonly tenantId: string; readonly name: string }
  | {
      readonly type: 'call.started';
      readonly tenantId: string;
      readonly callId: string;
      readonly callerNumber: string | null;
      readonly calledNumber: string;
    }
  | { readonly type: 'call.answered'; readonly tenantId: string; readonly callId: string }
  | {
      readonly type: 'turn.recorded';
      readonly tenantId: string;
      readonly callId: string;
      readonly turnId: string;
      readonly speaker: 'caller' | 'agent' | 'staff';
      readonly text: string;
    }
  | {
      readonly type: 'slots.understood';
      readonly tenantId: string;
      readonly callId: string;
      readonly skill: string;
      readonly slots: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'appointment.booked' | 'appointment.drafted';
      readonly tenantId: string;
      readonly callId: string | null;
      readonly appointmentId: string;
    }
  | {
      readonly type: 'appointment.moved';
      readonly tenantId: string;
      readonly callId: string | null;
      readonly appointmentId: string;
      readonly fromMs: number;
      readonly fromStaffId: string;
      readonly toMs: number;
      readonly toStaffId: string;
      readonly status: 'booked' | 'draft' | 'cancelled';
    }
  | {
      readonly type: 'appointment.cancelled';
      readonly tenantId: string;
      /** Absent in what was written before calls could cancel. */
      readonly callId?: string | null;
      readonly appointmentId: string;
    }
  | {
      readonly type:
        | 'appointment.approved'
        | 'appointment.declined'
        | 'appointment.restored'
        | 'reminder.done';
      readonly tenantId: string;
      readonly appointmentId: string;
    }
  | {
      readonly type: 'reminder.sent';
      readonly tenantId: string;
      readonly appointmentId: string;
      readonly kind: 'email' | 'task';
    }
  | {
      readonly type: 'mail.sent' | 'mail.failed';
      readonly tenantId: string;
      readonly appointmentId: string;
      readonly kind: 'invitation' | 'update' | 'cancellation' | 'declined' | 'reminder';
    }
  | { readonly type: 'holiday.added' | 'holiday.removed'; readonly tenantId: string; readonly day: string }
  | { readonly type: 'calendar.settings-changed'; readonly tenantId: string }
  /** A calendar elsewhere is kept in step from now on, or is not any more. */
  | {
      readonly type: 'calendar.linked' | 'calendar.unlinked';
      readonly tenantId: string;
      readonly linkId: string;
    }
  /** An appointment was moved there to where it cannot be, and is put back. */
  | {
      readonly type: 'calendar.clashed';
      readonly tenantId: string;
      readonly linkId: string;
      readonly appointmentId: string;
    }
  /** A source was indexed, again where it had changed; it and all its passages went. */
  | {
      readonly type: 'knowledge.changed' | 'knowledge.removed';
      readonly tenantId: string;
      readonly sourceId: string;
    }
  | {
      readonly type: 'question.unanswered';
      readonly tenantId: string;
      readonly callId: string | null;
      readonly questionId: string;
    }
  | {
      readonly type: 'question.answered' | 'question.dismissed' | 'question.reopened';
      readonly tenantId: string;
      readonly questionId: string;
    }
  /** What its saved hours are reckoned with. */
  | { readonly type: 'analytics.changed'; readonly tenantId: string }
  /** What the agent is, from the next call on. */
  | { readonly type: 'agent.published'; readonly tenantId: string; readonly number: number }
  /** What it shall be, and who tries it out before. */
  | { readonly type: 'agent.drafted' | 'agent.cases-changed'; readonly tenantId: string }
  | {
      readonly type: 'submission.received';
      readonly tenantId: string;
      readonly callId: string | null;
      readonly submissionId: string;
      readonly kind: 'message' | 'order' | 'reservation' | 'lead' | 'request';
      readonly urgent: boolean;
    }
  | {
      readonly type: 'submission.changed';
      readonly tenantId: string;
      readonly submissionId: string;
      readonly status: 'open' | 'done';
    }
  | {
      readonly type: 'do-not-call.added' | 'do-not-call.removed';
      readonly tenantId: string;
      readonly number: string;
    }
  | {
      readonly type: 'call.ended';
      readonly tenantId: string;
      readonly callId: string;
      readonly outcome: string;
    }
  /** Everything after the call is done; a step of it was given up. */
  | { readonly type: 'call.analysed'; readonly tenantId: string; readonly callId: string }
  | {
      readonly type: 'call.analysis-failed';
      readonly tenantId: string;
      readonly callId: string;
      readonly step: string;
      /** Code of the catalogue. */
      readonly reason: string;
    }
  /** Somebody said what became of it, after its end. */
  | {
      readonly type: 'call.completed';
      readonly tenantId: string;
      readonly callId: string;
      readonly outcome: string;
    }
  | { readonly type: 'call.noted'; readonly tenantId: string; readonly callId: string }
  /** Words were taken out of it; it went, with everything that was said in it. */
  | { readonly type: 'call.redacted'; readonly tenantId: string; readonly callId: string }
  | { readonly type: 'call.erased'; readonly tenantId: string; readonly callId: string }
  /** How callers' details and memory are treated. */
  | { readonly type: 'privacy.changed'; readonly tenantId: string }
  /** Whose they were is what is forgotten. */
  | { readonly type: 'caller.forgotten'; readonly tenantId: string; readonly calls: number }
  | { readonly type: 'caller.opted'; readonly tenantId: string; readonly out: boolean }
  /** Of whom is not told: who is forgotten stays so. */
  | { readonly type: 'caller.noted'; readonly tenantId: string }
  | {
      readonly type: 'call.transferred';
      readonly tenantId: string;
      readonly callId: string;
      readonly kind: 'blind' | 'attended' | 'ring-group';
      /** Phone, number or group that was asked for. */
      readonly target: string;
      readonly result: 'completed' | 'failed' | 'returned';
      /** Code of the catalogue, where it did not come about. */
      readonly reason: string | null;
    }
  /** Somebody of the staff talks with the caller in the agent's place, does so no more, or gave the agent a hint. */
  | {
      readonly type: 'call.taken-over' | 'call.given-back' | 'call.whispered';
      readonly tenantId: string;
      readonly callId: string;
      readonly by: string;
    }
  | {
      readonly type: 'call.held' | 'call.resumed';
      readonly tenantId: string;
      readonly callId: string;
      readonly by: 'caller' | 'box';
    }
  | {
      readonly type: 'call.conferenced';
      readonly tenantId: string;
      readonly callId: string;
      readonly members: readonly string[];
    }
  | {
      readonly type: 'recording.paused' | 'recording.resumed';
      readonly tenantId: string;
      readonly callId: string;
    }
  | {
      readonly type: 'call.measured';
      readonly tenantId: string;
      readonly callId: string;
      /** 1–5, estimated. */
      readonly mos: number | null;
    }
  | {
      /** It came while the box was full; while the business was closed. */
      readonly type: 'call.overflowed' | 'call.outside-hours';
      readonly tenantId: string;
      readonly callId: string;
      readonly kind: 'busy' | 'unavailable' | 'message' | 'ring-group';
    }
  | {
      readonly type: 'number.added' | 'number.changed' | 'number.removed';
      readonly tenantId: string;
      readonly number: string;
    }
  | {
      readonly type: 'trunk.added' | 'trunk.changed' | 'trunk.removed';
      readonly tenantId: null;
      readonly trunkId: string;
    }
  | {
      readonly type: 'phone.added' | 'phone.removed' | 'phone.registered' | 'phone.unregistered';
      readonly tenantId: string;
      readonly phoneId: string;
    }
  | {
      readonly type: 'ring-group.added' | 'ring-group.changed' | 'ring-group.removed';
      readonly tenantId: string;
      readonly ringGroupId: string;
    }
  | {
      readonly type: 'transfer-target.added' | 'transfer-target.changed' | 'transfer-target.removed';
      readonly tenantId: string;
      readonly transferTargetId: string;
    }
  | {
      readonly type: 'source.banned';
      readonly tenantId: null;
      readonly address: string;
      readonly reason: string;
      readonly untilMs: number;
    }
  | { readonly type: 'ban.lifted'; readonly tenantId: null; readonly address: string }
  | {
      readonly type: 'outbound.policy-changed' | 'overflow.policy-changed' | 'closed.policy-changed';
      readonly tenantId: string;
    }
  | {
      readonly type: 'tenant.recording-changed';
      readonly tenantId: string;
      readonly recording: 'announced' | 'silent' | 'off';
    }
  /** With everything that was its own. */
  | { readonly type: 'tenant.removed'; readonly tenantId: string }
  | { readonly type: 'tenant.renamed'; readonly tenantId: string; readonly name: string }
  | {
      readonly type: 'tenant.region-changed';
      readonly tenantId: string;
      readonly language: string;
      readonly timeZone: string;
    }
  | {
      readonly type: 'providers.changed';
      readonly tenantId: string;
      readonly kind: 'stt' | 'tts' | 'llm';
    }
  /** How the agent sounds: voice, speed, greeting, words of the dictionary. */
  | { readonly type: 'voice.changed' | 'dictionary.changed'; readonly tenantId: string }
  | {
      readonly type: 'voice.cloned' | 'voice.forgotten';
      readonly tenantId: string;
      readonly voiceId: string;
    }
  | {
      readonly type: 'call.refused';
      /** Null where the number belongs to nobody. */
      readonly tenantId: string | null;
      readonly calledNumber: string;
      readonly reason: string;
    };

export type DomainEventType = DomainEvent['type'];

export type StoredEvent = DomainEvent & {
  /** Whose database it is in: a tenant's id, or `box`. */
  readonly log: string;
  /** Order of the event within its database. */
  readonly sequence: number;
  readonly atMs: number;
};
