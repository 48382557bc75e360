export type * from './access-model.ts';
export type { Act, Acts } from './acts.ts';
export type { AfterCallQueue, AfterCallStep, AfterCallWork } from './after-call-work.ts';
export { afterCallSteps } from './after-call-work.ts';
export type { AgentDocument } from './agent-document.ts';
export { checkedDocument } from './agent-document.ts';
export type {
  AgentDraft,
  AgentVersion,
  AgentVersionLine,
  AgentVersions,
  RehearsalSummary,
} from './agent-versions.ts';
export type { AnalyticsDay, CallAnalytics, CallTally } from './analytics.ts';
export type { ApiTokens } from './api-tokens.ts';
export type { AppointmentPlace, AppointmentSearch, Appointments, NewAppointment } from './appointments.ts';
export type { Audit, AuditEntry, AuditFilter, AuditVerdict } from './audit.ts';
export type { Bans } from './bans.ts';
export { banMemoryMs } from './bans.ts';
export type { Box, BoxOptions, Tenants } from './box.ts';
export { openBox } from './box.ts';
export type {
  BusyTime,
  CalendarCopies,
  CalendarCopy,
  CalendarObject,
  LinkedBusyTime,
  SeenObject,
} from './calendar-copies.ts';
export { eventDomain } from './calendar-copies.ts';
export type { CalendarLink, CalendarLinkProgress, CalendarLinks, NewCalendarLink } from './calendar-links.ts';
export type { CalendarSettings, MailAccount, MailAccountInput } from './calendar-settings.ts';
export { mailAddress } from './calendar-settings.ts';
export type {
  CallAnalyses,
  CallAnalysis,
  CallCost,
  CallRedaction,
  CallSentiment,
  CallSummary,
  CostPart,
  Extraction,
  Money,
} from './call-analyses.ts';
export type { CallErasure, ChosenWords } from './call-erasure.ts';
export type { CallNotes, WrittenNote } from './call-notes.ts';
export type { CallFilter, CallSearch, FoundTurn, ListedCall } from './call-search.ts';
export type { CallWords, Rewriting } from './call-words.ts';
export type {
  Caller,
  CallerFact,
  CallerLine,
  CallerPreferences,
  CallerSummary,
  Callers,
  CallMemory,
} from './callers.ts';
export type { CallNote, Calls, NewCall } from './calls.ts';
export { ensureDemoTenant } from './demo.ts';
export type { DoNotCall } from './do-not-call.ts';
export { asDrafted } from './drafted.ts';
export { fakeBookedCall, fakeCaller, fakePractice } from './fake-calls.ts';
export type { ForgetOptions, Forgotten } from './forgetting.ts';
export type { Hold, Holds } from './holds.ts';
export type { Holidays } from './holidays.ts';
export type { Links, NewLink } from './links.ts';
export type { EngineAddress, EngineRecord } from './lock.ts';
export { runningEngine } from './lock.ts';
export type { Memberships } from './memberships.ts';
export type * from './model.ts';
export type { NewTenant } from './new-tenant.ts';
export type { NoticedEvent, Notices } from './notices.ts';
export type { Numbers } from './numbers.ts';
export type { NewOutboundCall, Outbound } from './outbound.ts';
export type { MailKind, OutgoingMail, OutgoingMails } from './outgoing-mail.ts';
export type { Nearness, NewPassage, Passage, PassageKind, Passages } from './passages.ts';
export type { NewPhone, Phones } from './phones.ts';
export type {
  Emergency,
  ExtractionField,
  MenuItem,
  Playbook,
  PlaybookInput,
  Problem,
  SkillDocument,
  SlotDocument,
} from './playbook.ts';
export { playbookProblems, playbookSchema, skillContradictions, skillSchema } from './playbook.ts';
export type { Privacy, PrivacyPolicy, SensitiveKind } from './privacy.ts';
export { privacySchema, sensitiveKinds } from './privacy.ts';
export type { Profession } from './professions.ts';
export { professionIds, professionOf } from './professions.ts';
export type { ProviderPlace, Providers } from './providers.ts';
export type { Refusal, Refusals } from './refusals.ts';
export type { RehearsalCases } from './rehearsal-cases.ts';
export type { Reminder, Reminders } from './reminders.ts';
export type { Logo, Resellers } from './resellers.ts';
export type { NewRingGroup, RingGroupChange, RingGroups } from './ring-groups.ts';
export type { NewSession, Sessions } from './sessions.ts';
export type { Settings } from './settings.ts';
export type { NewSource, Source, SourceKind, Sources } from './sources.ts';
export type { Submission, SubmissionKind, Submissions } from './submissions.ts';
export { likeTenant, withProfession } from './template.ts';
export type { RemovedTenant } from './tenant-removal.ts';
export type { TenantStore } from './tenant-store.ts';
export type { Transcript } from './transcript.ts';
export type { NewTransferTarget, TransferTargetChange, TransferTargets } from './transfer-targets.ts';
export type { NewTrunk, TrunkChange, Trunks } from './trunks.ts';
export type { Unanswered, UnansweredQuestion } from './unanswered.ts';
export type { Grounding, Understood } from './understood.ts';
export type { NewUser, Totp, Users } from './users.ts';
export { emailOf } from './users.ts';
export type { VoiceRecordings } from './voice-pieces.ts';
export type { VoiceChange, Voices } from './voices.ts';
export type { FoundPlaces } from './word-search.ts';
