import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Clock,
  type Ids,
  isUuid,
  type Log,
  type StoredEvent,
  VoxboxError,
} from '../foundation/index.ts';
import { type Acts, actRows, writeInterruptedActs } from './acts.ts';
import { type AnswerPolicies, answerPolicyRows } from './answer-policies.ts';
import { type ApiTokens, apiTokenRows } from './api-tokens.ts';
import { type Audit, auditRows } from './audit.ts';
import { type Bans, banRows } from './bans.ts';
import { type Database, openDatabase } from './database.ts';
import { createEventLog, type EventLog } from './events.ts';
import { guarded } from './faults.ts';
import { type Keyring, openKeyring } from './keys.ts';
import { type Links, linkRows } from './links.ts';
import { type DataLock, type EngineAddress, lockDataDir } from './lock.ts';
import { type Memberships, membershipRows } from './memberships.ts';
import { boxMigrations } from './migrations.ts';
import type { ClosedPolicy, OverflowPolicy, RecordingPolicy, Region, Tenant, TenantStatus } from './model.ts';
import { checkedBy, completeTenant, type NewTenant } from './new-tenant.ts';
import { newTenantSchema, regionSchema } from './new-tenant-schema.ts';
import { type NumberRows, type Numbers, numberRows } from './numbers.ts';
import { type Outbound, outboundRows } from './outbound.ts';
import { type Phones, phoneRows } from './phones.ts';
import { type Providers, providerRows } from './providers.ts';
import { type Refusals, refusalRows } from './refusals.ts';
import { type Resellers, resellerRows } from './resellers.ts';
import { type RingGroups, ringGroupRows } from './ring-groups.ts';
import { type Sessions, sessionRows } from './sessions.ts';
import { type Settings, settingRows } from './settings.ts';
import { tenantArchives } from './tenant-archive.ts';
import { type RemovedTenant, tenantRemoval } from './tenant-removal.ts';
import { createTenantFile, type OpenTenantStore, openTenantStore, type TenantStore } from './tenant-store.ts';
import { type TenantRows, tenantRows } from './tenants.ts';
import { type TransferTargets, transferTargetRows } from './transfer-targets.ts';
import { type Trunks, trunkRows } from './trunks.ts';
import { type Users, userRows } from './users.ts';
import { createWordSearch } from './word-search.ts';

export interface Tenants {
  /** Oldest first. */
  list(): Tenant[];
  find(id: string): Tenant | null;
  findBySlug(slug: string): Tenant | null;
  /**
   * Row, key, own database with profile, services, staff and hours, numbers: all or nothing.
   *
   * @param within what else belongs to it, of the box alone; what it throws undoes everything
   * @throws VoxboxError `input_invalid`, `tenant_exists`
   */
  create(input: NewTenant, within?: (tenant: Tenant) => void): Tenant;
  /** @throws VoxboxError `tenant_unknown` */
  setStatus(id: string, status: TenantStatus): void;
  /** For calls that come from now on. @throws VoxboxError `tenant_unknown` */
  setRecording(id: string, recording: RecordingPolicy): Tenant;
  /**
   * For calls that come from now on. Hours stay by the clock of the wall; what is booked stays at its moment, and is
   * shown at another hour.
   *
   * @throws VoxboxError `tenant_unknown`, `input_invalid`
   */
  setRegion(id: string, change: Partial<Region>): Tenant;
  /**
   * For calls that come from now on; the agent says the new name where it said the old one. The slug stays.
   *
   * @param by who wants it so; null where nobody is signed in
   * @throws VoxboxError `tenant_unknown`, `input_invalid`
   */
  rename(id: string, name: string, by: string | null): Tenant;
  /**
   * With its key, so that no copy of its file can be read any more, its recordings, and all that the box keeps of it but
   * the audit log.
   *
   * @throws VoxboxError `tenant_unknown`, `input_invalid` while a call goes on, or a copied voice lies with its service
   */
  remove(id: string): Promise<RemovedTenant>;
  /** Everything that is its own in one file, piece by piece, sealed with a passphrase. @throws VoxboxError `tenant_unknown` */
  archive(id: string, passphrase: string): AsyncGenerator<Buffer>;
  /** From such a file. @throws VoxboxError `archive_unreadable`, `tenant_exists`, `database_version` */
  restore(path: string, passphrase: string): Promise<Tenant>;
}

/** The data directory: what belongs to the box, and the way to each tenant's own file. */
export interface Box {
  readonly tenants: Tenants;
  readonly numbers: Numbers;
  readonly trunks: Trunks;
  readonly phones: Phones;
  readonly ringGroups: RingGroups;
  readonly transferTargets: TransferTargets;
  readonly bans: Bans;
  readonly outbound: Outbound;
  /** What happens to calls that come while the box is full, and while the business is closed. */
  readonly overflow: AnswerPolicies<OverflowPolicy>;
  readonly closed: AnswerPolicies<ClosedPolicy>;
  readonly providers: Providers;
  readonly refusals: Refusals;
  readonly settings: Settings;
  /** Who may sign in, and as what. */
  readonly users: Users;
  readonly memberships: Memberships;
  readonly sessions: Sessions;
  readonly links: Links;
  readonly apiTokens: ApiTokens;
  readonly resellers: Resellers;
  readonly audit: Audit;
  readonly act: Acts;
  readonly events: Pick<EventLog, 'since' | 'position'>;
  /** Several changes of the box as one; `work` is synchronous, and its events are told after the commit. */
  transaction<T>(work: () => T): T;
  /** Opened once and kept open. @throws VoxboxError `tenant_unknown`, `database_broken` */
  tenant(id: string): TenantStore;
  /** Every event of the box and of its tenants, after its commit. Returns the way out. */
  onEvent(listener: (event: StoredEvent) => void): () => void;
  /** Writes down where the API listens, and what lets the command line in. */
  announce(http: EngineAddress): void;
  /** Idempotent. */
  close(): void;
}

export interface BoxOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Reads beside a running engine: takes no lock, makes nothing. */
  readonly readOnly?: boolean;
  /** Thrown away afterwards: nothing waits for the disk. */
  readonly temporary?: boolean;
}

/**
 * Opens a data directory; the first start makes it.
 *
 * @throws VoxboxError `data_dir_locked`, `data_dir_unwritable`, `database_broken`, `database_version`,
 *   `disk_full`; `config_invalid` when reading and nothing is there
 */
export function openBox(options: BoxOptions): Box {
  const { dataDir, readOnly, temporary } = options;
  const path = join(dataDir, 'box.db');
  if (readOnly && !existsSync(path)) {
    throw new VoxboxError('config_invalid', `dataDir: there is no Voxbox data in ${dataDir}.`);
  }
  if (!readOnly) {
    guarded(dataDir, () => mkdirSync(join(dataDir, 'tenants'), { recursive: true, mode: 0o700 }));
  }
  const lock = readOnly ? null : lockDataDir(dataDir);
  try {
    const keyring = openKeyring(dataDir, { create: lock !== null && !existsSync(path) });
    const database = openDatabase({
      path,
      key: keyring.boxDatabaseKey,
      migrations: boxMigrations,
      create: true,
      readOnly,
      temporary,
    });
    return assemble({ ...options, lock, keyring, database });
  } catch (error) {
    lock?.release();
    throw error;
  }
}

interface BoxParts extends BoxOptions {
  readonly lock: DataLock | null;
  readonly keyring: Keyring;
  readonly database: Database;
}

function assemble(parts: BoxParts): Box {
  const { dataDir, clock, ids, log, lock, keyring, database, readOnly, temporary } = parts;
  const listeners = new Set<(event: StoredEvent) => void>();
  const open = new Map<string, OpenTenantStore>();
  const search = createWordSearch();
  let closed = false;

  const tell = (event: StoredEvent): void => {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        // The change is committed; whoever listens badly must not undo that for the writer.
        log.error({ error, type: event.type }, 'a listener failed');
      }
    }
  };
  const events = createEventLog(database, { log: 'box', clock, tell });
  const tenants = tenantRows(database);
  const numbers = numberRows(database, { events });
  const trunks = trunkRows(database, { ids, events, keyring });
  const audit = auditRows(database, { clock });
  if (!readOnly) writeInterruptedActs(database, audit);
  const pathOf = (id: string): string => join(dataDir, 'tenants', `${id}.db`);
  const known = (id: string): Tenant => {
    const tenant = isUuid(id) ? tenants.find(id) : null;
    if (!tenant) throw new VoxboxError('tenant_unknown', `there is no tenant ${id}`);
    return tenant;
  };

  const tenant = (id: string): TenantStore => {
    const already = open.get(id);
    if (already) return already;
    known(id);
    const key = keyring.unwrap(id, tenants.sealedKey(id) ?? Buffer.alloc(0));
    const path = pathOf(id);
    const store = openTenantStore({
      tenantId: id,
      get timeZone() {
        return known(id).timeZone;
      },
      path,
      key,
      clock,
      ids,
      tell,
      readOnly,
      temporary,
      search,
    });
    open.set(id, store);
    return store;
  };

  const removal = tenantRemoval(database, {
    ...{ tenants, events, keyring, clock, log, dataDir, store: tenant },
    release(id) {
      search.close();
      open.get(id)?.close();
      open.delete(id);
    },
  });
  const archives = tenantArchives(database, { tenants, events, keyring, ids, dataDir });
  if (!readOnly) {
    removal.finish();
    archives.clear();
  }

  return {
    tenants: {
      list: tenants.list,
      find: tenants.find,
      findBySlug: tenants.findBySlug,
      create: (input, within = () => {}) =>
        createTenant(input, { tenants, numbers, events, keyring, clock, ids, pathOf, within, temporary }),
      setStatus: (id, status) => {
        events.transaction(() => {
          tenants.setStatus(known(id).id, status);
          events.record({ type: 'tenant.status-changed', tenantId: id, status });
        });
      },
      setRecording: (id, recording) =>
        events.transaction(() => {
          tenants.setRecording(known(id).id, recording);
          events.record({ type: 'tenant.recording-changed', tenantId: id, recording });
          return known(id);
        }),
      setRegion: (id, change) =>
        events.transaction(() => {
          const { language, timeZone } = known(id);
          const region = checkedBy(regionSchema, { language, timeZone, ...change });
          if (region.language === language && region.timeZone === timeZone) return known(id);
          tenants.setRegion(id, region);
          events.record({ type: 'tenant.region-changed', tenantId: id, ...region });
          if (region.timeZone !== timeZone) tenant(id).calendarLinks.layOutAnew();
          return known(id);
        }),
      rename: (id, given, by) =>
        events.transaction(() => {
          const { name: from } = known(id);
          const { name: to } = checkedBy(newTenantSchema.pick({ name: true }), { name: given });
          if (to === from) return known(id);
          // The agent first: where the engine dies in between, the name is the old one, and it can be asked again.
          tenant(id).agent.rename({ from, to }, { by });
          tenants.setName(id, to);
          events.record({ type: 'tenant.renamed', tenantId: id, name: to });
          return known(id);
        }),
      remove: async (id) => removal.remove(known(id)),
      archive: (id, passphrase) => archives.write(known(id), passphrase),
      restore: archives.restore,
    },
    numbers,
    trunks,
    phones: phoneRows(database, {
      ...{ clock, ids, events },
      nameTaken: (username) => trunks.list().some((trunk) => trunk.username === username),
    }),
    ringGroups: ringGroupRows(database, { ids, events }),
    transferTargets: transferTargetRows(database, { ids, events }),
    bans: banRows(database, { clock, events }),
    outbound: outboundRows(database, { events }),
    ...answerPolicyRows(database, { events }),
    providers: providerRows(database, { ids, events, keyring }),
    refusals: refusalRows(database, { clock, events }),
    settings: settingRows(database),
    users: userRows(database, { clock, ids, events, keyring }),
    memberships: membershipRows(database, { events }),
    sessions: sessionRows(database, { clock, ids, events }),
    links: linkRows(database, { clock, ids, events }),
    apiTokens: apiTokenRows(database, { clock, ids, events }),
    resellers: resellerRows(database, { events }),
    audit,
    act: actRows(database, { clock, events, audit }),
    events: { since: events.since, position: events.position },
    transaction: events.transaction,
    tenant,
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    announce: (http) => lock?.announce(http),
    close() {
      if (closed) return;
      closed = true;
      search.close();
      for (const store of open.values()) store.close();
      database.close();
      lock?.release();
    },
  };
}

interface CreateParts {
  readonly tenants: TenantRows;
  readonly numbers: NumberRows;
  readonly events: EventLog;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly pathOf: (id: string) => string;
  readonly within: (tenant: Tenant) => void;
  readonly temporary?: boolean;
}

/**
 * The tenant's own file comes first and its row in `box.db` last: a crash in between leaves a file that
 * no key opens, never a tenant without a file.
 */
function createTenant(input: NewTenant, parts: CreateParts): Tenant {
  const { tenants, numbers, events, keyring, clock, ids, temporary } = parts;
  const complete = completeTenant(input, (slug) => tenants.findBySlug(slug) !== null);
  const { name, slug, industry, status, timeZone, language } = complete;
  if (tenants.findBySlug(slug)) throw new VoxboxError('tenant_exists', `the slug ${slug} is taken`);
  const seen = new Set<string>();
  for (const { number } of complete.numbers) {
    if (numbers.find(number) || seen.has(number))
      throw new VoxboxError('tenant_exists', `${number} is taken`);
    seen.add(number);
  }
  const id = ids.uuid();
  const createdAtMs = clock.nowMs();
  const tenant: Tenant = {
    ...{ id, slug, name, industry, status, timeZone, language, createdAtMs },
    recording: 'silent',
  };
  const key = keyring.newTenantKey();
  const path = parts.pathOf(id);
  try {
    createTenantFile(complete, { path, key, ids, clock, temporary });
    events.transaction(() => {
      tenants.insert(tenant, keyring.wrap(id, key));
      for (const number of complete.numbers) numbers.insert({ ...number, tenantId: id, active: true });
      events.record({ type: 'tenant.created', tenantId: id, name });
      parts.within(tenant);
    });
  } catch (error) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    throw error;
  }
  return tenant;
}
