import { type Clock, type Ids, type StoredEvent, VoxboxError } from '../foundation/index.ts';
import { type AfterCallQueue, afterCallRows } from './after-call-work.ts';
import { type AgentVersions, agentVersionRows, beginVersions } from './agent-versions.ts';
import { analyticsRows, type CallAnalytics } from './analytics.ts';
import { type Appointments, appointmentRows } from './appointments.ts';
import { type CalendarCopies, calendarCopyRows } from './calendar-copies.ts';
import { type CalendarLinks, calendarLinkRows } from './calendar-links.ts';
import { type CalendarSettingRows, calendarSettingRows } from './calendar-settings.ts';
import { analysisRows, type CallAnalyses } from './call-analyses.ts';
import { type CallErasure, callErasure } from './call-erasure.ts';
import { type CallNotes, callNoteRows } from './call-notes.ts';
import { type CallSearch, callSearch } from './call-search.ts';
import { type CallWords, callWords } from './call-words.ts';
import { type Callers, callerRows } from './callers.ts';
import { type Calls, callRows } from './calls.ts';
import { openDatabase } from './database.ts';
import { type DoNotCall, doNotCallRows } from './do-not-call.ts';
import { createEventLog, type EventLog } from './events.ts';
import { type Holds, holdRows } from './holds.ts';
import { type Holidays, holidayRows } from './holidays.ts';
import { createKeyring } from './keys.ts';
import { tenantMigrations } from './migrations.ts';
import type { AgentProfile, OpenSpan, Service, Staff } from './model.ts';
import type { CompleteTenant } from './new-tenant.ts';
import { type Notices, noticeRows } from './notices.ts';
import { type OutgoingMails, outgoingMailRows } from './outgoing-mail.ts';
import { type Passages, passageRows } from './passages.ts';
import type { Playbook } from './playbook.ts';
import { playbookRows } from './playbooks.ts';
import { type Privacy, privacyRows } from './privacy.ts';
import { profileRows } from './profiles.ts';
import { type RehearsalCases, rehearsalCaseRows } from './rehearsal-cases.ts';
import { type Reminders, reminderRows } from './reminders.ts';
import { serviceRows } from './services.ts';
import { type Sources, sourceRows } from './sources.ts';
import { staffRows } from './staff.ts';
import { type Submissions, submissionRows } from './submissions.ts';
import { type Transcript, transcriptRows } from './transcript.ts';
import { type Unanswered, unansweredRows } from './unanswered.ts';
import { type Grounding, type Understood, understoodRows } from './understood.ts';
import { type Voices, voiceRows } from './voices.ts';
import type { WordSearch } from './word-search.ts';

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
  /** The list of calls, however long it is. */
  readonly callSearch: CallSearch;
  readonly callNotes: CallNotes;
  readonly callErasure: CallErasure;
  readonly transcript: Transcript;
  readonly appointments: Appointments;
  readonly holidays: Holidays;
  readonly holds: Holds;
  readonly reminders: Reminders;
  readonly outgoingMail: OutgoingMails;
  readonly calendarSettings: CalendarSettingRows;
  /** Calendars elsewhere, and what lies in them. */
  readonly calendarLinks: CalendarLinks;
  readonly calendarCopies: CalendarCopies;
  readonly voices: Voices;
  /** Messages, orders, leads: what callers left. */
  readonly submissions: Submissions;
  readonly doNotCall: DoNotCall;
  /** What is still to be done for calls that are over, and what was worked out of them. */
  readonly afterCall: AfterCallQueue;
  readonly analyses: CallAnalyses;
  readonly analytics: CallAnalytics;
  readonly callers: Callers;
  readonly privacy: Privacy;
  /** What was said in a call, wherever it is kept. */
  readonly words: CallWords;
  /** What the agent knows: documents, pages, answers of the owner. */
  readonly sources: Sources;
  readonly passages: Passages;
  /** Questions that nothing fitted. */
  readonly unanswered: Unanswered;
  /** What the skills are made of; changed, it holds from the next call on. */
  playbook(): Playbook;
  /** @throws VoxboxError `input_invalid` */
  readonly setPlaybook: AgentVersions['setPlaybook'];
  /** What the agent is, was, and shall be. */
  readonly agent: AgentVersions;
  readonly rehearsalCases: RehearsalCases;
  readonly events: Pick<EventLog, 'since' | 'position'>;
  /** What of them somebody at the desk wants to hear of. */
  readonly notices: Notices;
  /** Several changes as one; `work` is synchronous, and its events are told after the commit. */
  transaction<T>(work: () => T): T;
  /** Kept with the call, so that the screen shows it after a reload. @throws VoxboxError `not_found` */
  slotsUnderstood(callId: string, skill: string, slots: Readonly<Record<string, string>>): void;
  /** What was understood of a call, the latest skill last. */
  understood(callId: string): Understood[];
  /** Questions of a call that were answered from what the business knows. */
  groundings(callId: string): Grounding[];
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
  readonly temporary?: boolean;
  /** Finds words beside the loop. */
  readonly search: WordSearch;
}

/** @throws VoxboxError `database_broken`, `database_version`, `data_dir_unwritable` */
export function openTenantStore(options: TenantStoreOptions): OpenTenantStore {
  const { tenantId, path, key, clock, ids, tell, readOnly, temporary, search } = options;
  const file = { path, key, migrations: tenantMigrations, readOnly, temporary };
  const database = openDatabase({ ...file, vectors: true });
  const events = createEventLog(database, { log: tenantId, clock, tell });
  // Sealed under the key of the tenant's own file, so that it moves and is lost with it.
  const keyring = createKeyring(key);
  const profile = profileRows(database);
  const services = serviceRows(database);
  const staff = staffRows(database);
  const passages = passageRows(database);
  const understood = understoodRows(database, { tenantId, clock, events });
  const playbook = playbookRows(database);
  // Of a file from before there were versions.
  if (!readOnly) beginVersions(database, clock, { switchOn: true });
  const agent = agentVersionRows(database, { tenantId, clock, events });
  const afterCall = afterCallRows(database, { tenantId, clock, events });
  const words = callWords(database);
  const analyses = analysisRows(database, { clock });
  return {
    tenantId,
    get timeZone() {
      return options.timeZone;
    },
    profile: () => ({
      profile: profile.read(),
      hours: profile.hours(),
      services: services.list(),
      staff: staff.list(),
    }),
    calls: callRows(database, { tenantId, clock, events, whenEnded: afterCall.add }),
    callSearch: callSearch(database, (question) => search.find({ ...question, path, key })),
    callNotes: callNoteRows(database, { tenantId, clock, ids, events }),
    callErasure: callErasure(database, { tenantId, events, words, analyses }),
    transcript: transcriptRows(database, { tenantId, ids, events }),
    appointments: appointmentRows(database, { tenantId, clock, events }),
    holidays: holidayRows(database, { tenantId, events }),
    holds: holdRows(database),
    reminders: reminderRows(database, { tenantId, events }),
    outgoingMail: outgoingMailRows(database, { tenantId, events }),
    calendarSettings: calendarSettingRows(database, { tenantId, events, keyring }),
    calendarLinks: calendarLinkRows(database, { tenantId, events, keyring }),
    calendarCopies: calendarCopyRows(database),
    voices: voiceRows(database, { tenantId, clock, events }),
    submissions: submissionRows(database, { tenantId, events }),
    doNotCall: doNotCallRows(database, { tenantId, clock, events }),
    afterCall,
    analyses,
    analytics: analyticsRows(database, {
      ...{ tenantId, events },
      playbook: () => playbook.read(profile.read().profession),
    }),
    callers: callerRows(database, { tenantId, clock, events, words }),
    privacy: privacyRows(database, { tenantId, events }),
    words,
    sources: sourceRows(database, { tenantId, clock, events, passages }),
    passages,
    unanswered: unansweredRows(database, { tenantId, clock, ids, events }),
    playbook: () => playbook.read(profile.read().profession),
    setPlaybook: agent.setPlaybook,
    agent,
    rehearsalCases: rehearsalCaseRows(database, { tenantId, events }),
    events: { since: events.since, position: events.position },
    notices: noticeRows(database),
    transaction: events.transaction,
    slotsUnderstood: (callId, skill, slots) => understood.put(callId, { skill, slots }),
    understood: understood.of,
    groundings: understood.groundings,
    close: database.close,
  };
}

/** Makes a tenant's file with what it begins with. */
export function createTenantFile(
  contents: Pick<CompleteTenant, 'profile' | 'hours' | 'services' | 'staff' | 'playbook'>,
  { path, key, ids, clock, temporary }: Omit<TenantStoreOptions, 'tenantId' | 'timeZone' | 'tell' | 'search'>,
): void {
  const database = openDatabase({ path, key, migrations: tenantMigrations, create: true, temporary });
  try {
    database.transaction(() => {
      profileRows(database).insert(contents.profile, contents.hours);
      playbookRows(database).write(contents.playbook);
      const staff = staffRows(database);
      const members = contents.staff.map((member) => ({ id: ids.uuid(), ...member }));
      for (const [i, member] of members.entries()) staff.insert(member, i);
      const services = serviceRows(database);
      for (const [i, { staff: names, ...service }] of contents.services.entries()) {
        services.insert({ id: ids.uuid(), ...service, staffIds: idsOf(names, members) }, i);
      }
      beginVersions(database, clock);
    });
  } finally {
    database.close();
  }
}

/** @throws VoxboxError `input_invalid` */
const idsOf = (names: readonly string[], members: readonly Staff[]): string[] =>
  names.map((name) => {
    const member = members.find((one) => one.name === name);
    if (!member) throw new VoxboxError('input_invalid', `services: nobody of the staff is called "${name}"`);
    return member.id;
  });
