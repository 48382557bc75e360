import type { Clock, Ids, StoredEvent } from '../foundation/index.ts';
import { type Appointments, appointmentRows } from './appointments.ts';
import { type Calls, callRows } from './calls.ts';
import { openDatabase } from './database.ts';
import { type DoNotCall, doNotCallRows } from './do-not-call.ts';
import { createEventLog, type EventLog } from './events.ts';
import { tenantMigrations } from './migrations.ts';
import type { AgentProfile, OpenSpan, Service, Staff } from './model.ts';
import type { CompleteTenant } from './new-tenant.ts';
import type { Playbook, PlaybookInput } from './playbook.ts';
import { playbookRows } from './playbooks.ts';
import { profileRows } from './profiles.ts';
import { serviceRows } from './services.ts';
import { staffRows } from './staff.ts';
import { type Submissions, submissionRows } from './submissions.ts';
import { type Transcript, transcriptRows } from './transcript.ts';
import { type Understood, understoodRows } from './understood.ts';
import { type Voices, voiceRows } from './voices.ts';

/** What one business owns, in a file of its own. Synchronous: when a method returns, its change is on the disk. */
export interface TenantStore {
  readonly tenantId: string;
  /** IANA zone of the tenant. */
  readonly timeZone: string;
  profile(): {
    readonly profile: AgentProfile;
    readonly hours: OpenSpan[];
    readonly services: Service[];
    readonly staff: Staff[];
  };
  readonly calls: Calls;
  readonly transcript: Transcript;
  readonly appointments: Appointments;
  readonly voices: Voices;
  /** Messages, orders, leads: what callers left. */
  readonly submissions: Submissions;
  readonly doNotCall: DoNotCall;
  /** What the skills are made of; changed, it holds from the next call on. */
  playbook(): Playbook;
  /** @throws VoxboxError `input_invalid` */
  setPlaybook(playbook: PlaybookInput): void;
  readonly events: Pick<EventLog, 'since'>;
  /** Several changes as one; `work` is synchronous, and its events are told after the commit. */
  transaction<T>(work: () => T): T;
  /** Kept with the call, so that the screen shows it after a reload. @throws VoxboxError `not_found` */
  slotsUnderstood(callId: string, skill: string, slots: Readonly<Record<string, string>>): void;
  /** What was understood of a call, the latest skill last. */
  understood(callId: string): Understood[];
}

export interface OpenTenantStore extends TenantStore {
  close(): void;
}

export interface TenantStoreOptions {
  readonly tenantId: string;
  readonly timeZone: string;
  readonly path: string;
  readonly key: Buffer;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Hears of every event after its commit. */
  readonly tell: (event: StoredEvent) => void;
  readonly readOnly?: boolean;
}

/** @throws VoxboxError `database_broken`, `database_version`, `data_dir_unwritable` */
export function openTenantStore(options: TenantStoreOptions): OpenTenantStore {
  const { tenantId, timeZone, path, key, clock, ids, tell, readOnly } = options;
  const database = openDatabase({ path, key, migrations: tenantMigrations, readOnly });
  const events = createEventLog(database, { clock, tell });
  const profile = profileRows(database);
  const services = serviceRows(database);
  const staff = staffRows(database);
  const understood = understoodRows(database, { tenantId, clock, events });
  const playbook = playbookRows(database, { tenantId, events });
  return {
    tenantId,
    timeZone,
    profile: () => ({
      profile: profile.read(),
      hours: profile.hours(),
      services: services.list(),
      staff: staff.list(),
    }),
    calls: callRows(database, { tenantId, clock, events }),
    transcript: transcriptRows(database, { tenantId, ids, events }),
    appointments: appointmentRows(database, { tenantId, events }),
    voices: voiceRows(database, { tenantId, clock, events }),
    submissions: submissionRows(database, { tenantId, events }),
    doNotCall: doNotCallRows(database, { tenantId, clock, events }),
    playbook: () => playbook.read(profile.read().profession),
    setPlaybook: playbook.write,
    events: { since: events.since },
    transaction: events.transaction,
    slotsUnderstood: (callId, skill, slots) => understood.put(callId, { skill, slots }),
    understood: understood.of,
    close: database.close,
  };
}

/** Makes a tenant's file with what it begins with. */
export function createTenantFile(
  contents: Pick<CompleteTenant, 'profile' | 'hours' | 'services' | 'staff' | 'playbook'>,
  { path, key, ids }: { path: string; key: Buffer; ids: Ids },
): void {
  const database = openDatabase({ path, key, migrations: tenantMigrations, create: true });
  try {
    database.transaction(() => {
      profileRows(database).insert(contents.profile, contents.hours);
      playbookRows(database, { tenantId: '', events: null }).insert(contents.playbook);
      const services = serviceRows(database);
      for (const [i, service] of contents.services.entries())
        services.insert({ id: ids.uuid(), ...service }, i);
      const staff = staffRows(database);
      for (const [i, member] of contents.staff.entries()) staff.insert({ id: ids.uuid(), ...member }, i);
    });
  } finally {
    database.close();
  }
}
