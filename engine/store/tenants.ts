import type { Database } from './database.ts';
import type { RecordingPolicy, Region, Tenant, TenantStatus } from './model.ts';

/** Rows of `tenants`, with each tenant's sealed key. */
export interface TenantRows {
  list(): Tenant[];
  find(id: string): Tenant | null;
  findBySlug(slug: string): Tenant | null;
  sealedKey(id: string): Buffer | null;
  insert(tenant: Tenant, sealedKey: Buffer): void;
  /** False when there is no such tenant. */
  setStatus(id: string, status: TenantStatus): boolean;
  setRecording(id: string, recording: RecordingPolicy): void;
  setRegion(id: string, region: Region): void;
  setName(id: string, name: string): void;
}

const columns = `id, slug, name, industry, status, time_zone as timeZone, language, recording,
  created_at_ms as createdAtMs`;

export function tenantRows(database: Database): TenantRows {
  const list = database.prepare<Tenant>(`select ${columns} from tenants order by created_at_ms, id`);
  const byId = database.prepare<Tenant>(`select ${columns} from tenants where id = ?`);
  const bySlug = database.prepare<Tenant>(`select ${columns} from tenants where slug = ?`);
  const key = database.prepare<{ sealedKey: Buffer }>(
    'select sealed_key as sealedKey from tenants where id = ?',
  );
  const insert = database.prepare(
    `insert into tenants (id, slug, name, industry, status, time_zone, language, recording, sealed_key, created_at_ms)
     values (:id, :slug, :name, :industry, :status, :timeZone, :language, :recording, :sealedKey, :createdAtMs)`,
  );
  const setStatus = database.prepare('update tenants set status = ? where id = ?');
  const setRecording = database.prepare('update tenants set recording = ? where id = ?');
  const setRegion = database.prepare(
    'update tenants set language = :language, time_zone = :timeZone where id = :id',
  );
  const setName = database.prepare('update tenants set name = ? where id = ?');
  return {
    list: () => list.all(),
    find: (id) => byId.get(id) ?? null,
    findBySlug: (slug) => bySlug.get(slug) ?? null,
    sealedKey: (id) => key.get(id)?.sealedKey ?? null,
    insert: (tenant, sealedKey) => {
      insert.run({ ...tenant, sealedKey });
    },
    setStatus: (id, status) => setStatus.run(status, id) > 0,
    setRecording: (id, recording) => {
      setRecording.run(recording, id);
    },
    setRegion: (id, region) => {
      setRegion.run({ ...region, id });
    },
    setName: (id, name) => {
      setName.run(name, id);
    },
  };
}
