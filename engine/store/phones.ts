import { type Clock, type Ids, VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { Phone, PhoneBinding } from './model.ts';

export type NewPhone = Omit<Phone, 'id' | 'createdAtMs'>;

export interface Phones {
  /** By extension; of one tenant, or of all. */
  list(tenantId?: string): Phone[];
  find(id: string): Phone | null;
  findByUsername(username: string): Phone | null;
  /** @throws VoxboxError `input_invalid`, also when the user name or extension is taken; `tenant_unknown` */
  add(phone: NewPhone): Phone;
  /** With its bindings. @throws VoxboxError `not_found` */
  remove(id: string): void;
  /** What the registrar keeps over a restart. */
  readonly bindings: {
    load(): PhoneBinding[];
    /** Replaces those of the phone; a phone that is gone is left alone. */
    save(aor: string, bindings: readonly PhoneBinding[]): void;
  };
}

export interface PhoneParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events: EventLog;
  /** True when a trunk signs in under that name. */
  readonly nameTaken: (username: string) => boolean;
}

const columns = 'id, tenant_id as tenantId, username, ha1, label, extension, created_at_ms as createdAtMs';
const mostBindings = 10;

export function phoneRows(database: Database, { clock, ids, events, nameTaken }: PhoneParts): Phones {
  const list = database.prepare<Phone>(
    `select ${columns} from phones where :tenantId is null or tenant_id = :tenantId
     order by tenant_id, length(extension), extension`,
  );
  const byId = database.prepare<Phone>(`select ${columns} from phones where id = ?`);
  const byUsername = database.prepare<Phone>(`select ${columns} from phones where username = ?`);
  const byExtension = database.prepare<Phone>(
    `select ${columns} from phones where tenant_id = ? and extension = ?`,
  );
  const tenant = database.prepare<{ id: string }>('select id from tenants where id = ?');
  const insert = database.prepare(
    `insert into phones (id, tenant_id, username, ha1, label, extension, created_at_ms)
     values (:id, :tenantId, :username, :ha1, :label, :extension, :createdAtMs)`,
  );
  const remove = database.prepare('delete from phones where id = ?');
  const bindings = bindingRows(database, { events, phoneOf: (username) => byUsername.get(username) ?? null });

  const check = (input: NewPhone): void => {
    const { tenantId, username, ha1, label, extension } = input;
    if (!tenant.get(tenantId)) throw new VoxboxError('tenant_unknown', `there is no tenant ${tenantId}`);
    if (!/^[\w.+-]{1,60}$/.test(username)) {
      throw new VoxboxError('input_invalid', 'username: may hold letters, digits and . _ + -');
    }
    if (!/^[0-9a-f]{32}$/.test(ha1)) {
      throw new VoxboxError('input_invalid', 'ha1: must be 32 hexadecimal digits');
    }
    if (label.trim() === '' || label.length > 60) {
      throw new VoxboxError('input_invalid', 'label: must have 1 to 60 characters');
    }
    if (!/^\d{2,6}$/.test(extension)) {
      throw new VoxboxError('input_invalid', 'extension: must have 2 to 6 digits');
    }
    if (byUsername.get(username) || nameTaken(username)) {
      throw new VoxboxError('input_invalid', `username: ${username} is taken`);
    }
    if (byExtension.get(tenantId, extension)) {
      throw new VoxboxError('input_invalid', `extension: ${extension} is taken`);
    }
  };

  return {
    list: (tenantId) => list.all({ tenantId: tenantId ?? null }),
    find: (id) => byId.get(id) ?? null,
    findByUsername: (username) => byUsername.get(username) ?? null,
    add: (input) =>
      events.transaction(() => {
        check(input);
        const { tenantId, username, ha1, label, extension } = input;
        const phone: Phone = {
          id: ids.uuid(),
          tenantId,
          username,
          ha1,
          label: label.trim(),
          extension,
          createdAtMs: clock.nowMs(),
        };
        insert.run(phone);
        events.record({ type: 'phone.added', tenantId, phoneId: phone.id });
        return phone;
      }),
    remove: (id) =>
      events.transaction(() => {
        const phone = byId.get(id);
        if (!phone) throw new VoxboxError('not_found', `there is no phone ${id}`);
        remove.run(id);
        events.record({ type: 'phone.removed', tenantId: phone.tenantId, phoneId: id });
      }),
    bindings,
  };
}

/** The event tells only of coming and going; a refresh is nothing new. */
function bindingRows(
  database: Database,
  { events, phoneOf }: { events: EventLog; phoneOf: (username: string) => Phone | null },
): Phones['bindings'] {
  const all = database.prepare<PhoneBinding>(
    `select username as aor, contact, flow, expires_at_ms as expiresAtMs, call_id as callId, cseq,
            user_agent as userAgent
     from phone_bindings order by username, position`,
  );
  const count = database.prepare<{ count: number }>(
    'select count(*) as count from phone_bindings where username = ?',
  );
  const clear = database.prepare('delete from phone_bindings where username = ?');
  const insert = database.prepare(
    `insert into phone_bindings (username, position, contact, flow, expires_at_ms, call_id, cseq, user_agent)
     values (:aor, :position, :contact, :flow, :expiresAtMs, :callId, :cseq, :userAgent)`,
  );
  return {
    load: () => all.all(),
    save: (aor, given) =>
      events.transaction(() => {
        const phone = phoneOf(aor);
        if (!phone) return;
        const before = (count.get(aor)?.count ?? 0) > 0;
        clear.run(aor);
        const kept = given.slice(0, mostBindings);
        for (const [position, binding] of kept.entries()) {
          const { contact, flow, expiresAtMs, callId, cseq, userAgent } = binding;
          insert.run({ aor, position, contact, flow, expiresAtMs, callId, cseq, userAgent });
        }
        if (before === kept.length > 0) return;
        events.record({
          type: before ? 'phone.unregistered' : 'phone.registered',
          tenantId: phone.tenantId,
          phoneId: phone.id,
        });
      }),
  };
}
