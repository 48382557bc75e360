export type { Appointments } from './appointments.ts';
export type { Bans } from './bans.ts';
export { banMemoryMs } from './bans.ts';
export type { Box, BoxOptions, Tenants } from './box.ts';
export { openBox } from './box.ts';
export type { CallNote, Calls, NewCall } from './calls.ts';
export { ensureDemoTenant } from './demo.ts';
export type { DoNotCall } from './do-not-call.ts';
export type { EngineRecord } from './lock.ts';
export { runningEngine } from './lock.ts';
export type * from './model.ts';
export type { NewTenant } from './new-tenant.ts';
export type { Numbers } from './numbers.ts';
export type { NewOutboundCall, Outbound } from './outbound.ts';
export type { NewPhone, Phones } from './phones.ts';
export type {
  Emergency,
  ExtractionField,
  MenuItem,
  Playbook,
  PlaybookInput,
  SkillDocument,
  SlotDocument,
} from './playbook.ts';
export { playbookSchema } from './playbook.ts';
export type { Profession } from './professions.ts';
export { professionIds, professionOf } from './professions.ts';
export type { ProviderPlace, Providers } from './providers.ts';
export type { Refusal, Refusals } from './refusals.ts';
export type { NewRingGroup, RingGroupChange, RingGroups } from './ring-groups.ts';
export type { Settings } from './settings.ts';
export type { Submission, SubmissionKind, Submissions } from './submissions.ts';
export type { TenantStore } from './tenant-store.ts';
export type { Transcript } from './transcript.ts';
export type { NewTransferTarget, TransferTargetChange, TransferTargets } from './transfer-targets.ts';
export type { NewTrunk, TrunkChange, Trunks } from './trunks.ts';
export type { Understood } from './understood.ts';
export type { VoiceRecordings } from './voice-pieces.ts';
export type { VoiceChange, Voices } from './voices.ts';
