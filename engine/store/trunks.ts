import { type Ids, VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { Keyring } from './keys.ts';
import type { Trunk } from './model.ts';
import { canonicalAddress, checkTrunk, covers } from './trunk-checks.ts';

/** What may be given; whatever is absent gets a value that works with most carriers. */
export type TrunkChange = Partial<Omit<Trunk, 'id' | 'address' | 'hasPassword'>> & {
  /** In place of `addresses`. */
  readonly address?: string;
  /** For challenges of the other side; null forgets it. Kept sealed. */
  readonly password?: string | null;
};
export type NewTrunk = TrunkChange & Pick<Trunk, 'kind' | 'name'>;

export interface Trunks {
  /** By priority, then by name. */
  list(): Trunk[];
  get(id: string): Trunk | null;
  /**
   * @throws VoxboxError `input_invalid`, also when the user name or a single address is another trunk's.
   *   Ranges may be shared: two accounts at one carrier ring in from the same machines.
   */
  add(trunk: NewTrunk): Trunk;
  /** Leaves what is not named as it was. @throws VoxboxError `trunk_unknown`, `input_invalid` */
  change(id: string, change: TrunkChange): Trunk;
  /** @throws VoxboxError `trunk_unknown` */
  remove(id: string): void;
  /** The first enabled one that sends from there. */
  findByAddress(address: string): Trunk | null;
  findByUsername(username: string): Trunk | null;
  /** What the other side's challenges are answered with; null where none is kept. @throws VoxboxError `trunk_unknown`, `database_broken` */
  password(id: string): string | null;
}

export interface TrunkParts {
  readonly ids: Ids;
  readonly events: EventLog;
  readonly keyring: Pick<Keyring, 'seal' | 'unseal'>;
}

type Row = Omit<Trunk, 'address' | 'addresses' | 'codecs' | 'enabled' | 'underTest' | 'hasPassword'> & {
  readonly addresses: string;
  readonly codecs: string;
  readonly enabled: number;
  readonly underTest: number;
  readonly hasPassword: number;
};

const columns = `id, name, kind, preset, enabled, under_test as underTest, addresses, username, ha1, host, port,
  transport, outbound_proxy as outboundProxy, auth_username as authUsername,
  sealed_password is not null as hasPassword, register_interval_s as registerIntervalS, codecs, srtp, dtmf,
  caller_id as callerId, max_calls as maxCalls, priority`;

const fresh: Omit<Trunk, 'id' | 'name' | 'kind'> = {
  preset: 'generic-address',
  enabled: true,
  underTest: false,
  address: null,
  addresses: [],
  username: null,
  ha1: null,
  host: null,
  port: null,
  transport: 'udp',
  outboundProxy: null,
  authUsername: null,
  hasPassword: false,
  registerIntervalS: 600,
  codecs: ['PCMU', 'PCMA'],
  srtp: 'off',
  dtmf: 'rfc4733',
  callerId: null,
  maxCalls: null,
  priority: 10,
};

export function trunkRows(database: Database, { ids, events, keyring }: TrunkParts): Trunks {
  const list = database.prepare<Row>(`select ${columns} from trunks order by priority, name, id`);
  const byId = database.prepare<Row>(`select ${columns} from trunks where id = ?`);
  const byUsername = database.prepare<Row>(
    `select ${columns} from trunks where username = ? and enabled = 1`,
  );
  const sealed = database.prepare<{ sealedPassword: Buffer | null }>(
    'select sealed_password as sealedPassword from trunks where id = ?',
  );
  const nameTaken = database.prepare<{ id: string }>(
    `select id from trunks where username = :username and id <> :id
     union all select id from phones where username = :username`,
  );
  const put = database.prepare(putSql);
  const remove = database.prepare('delete from trunks where id = ?');

  const all = (): Trunk[] => list.all().map(fromRow);
  const need = (id: string): Trunk => {
    const row = byId.get(id);
    if (!row) throw new VoxboxError('trunk_unknown', `there is no trunk ${id}`);
    return fromRow(row);
  };
  const passwordOf = (id: string): string | null => {
    const bytes = sealed.get(id)?.sealedPassword ?? null;
    return bytes === null ? null : keyring.unseal(`trunk ${id}`, bytes).toString('utf8');
  };
  const checkAlone = (trunk: Trunk): void => {
    const single = trunk.addresses.filter((address) => !address.includes('/'));
    const taken =
      (trunk.username !== null && nameTaken.get({ id: trunk.id, username: trunk.username })) ||
      all().some(
        (other) => other.id !== trunk.id && other.addresses.some((address) => single.includes(address)),
      );
    if (taken) throw new VoxboxError('input_invalid', 'another trunk has that address or user name');
  };
  /** Checks and writes the whole row, inside a transaction. */
  const write = (trunk: Trunk, password: string | null): Trunk => {
    checkTrunk(trunk);
    if (password !== null && (password === '' || password.length > 256)) {
      throw new VoxboxError('input_invalid', 'password: must have 1 to 256 characters');
    }
    checkAlone(trunk);
    const sealedPassword =
      password === null ? null : keyring.seal(`trunk ${trunk.id}`, Buffer.from(password, 'utf8'));
    put.run({ ...toRow(trunk), sealedPassword });
    return trunk;
  };

  return {
    list: all,
    get(id) {
      const row = byId.get(id);
      return row ? fromRow(row) : null;
    },
    add: (input) =>
      events.transaction(() => {
        const id = ids.uuid();
        const trunk = write(
          merged({ id, ...fresh, name: input.name, kind: input.kind }, input),
          input.password ?? null,
        );
        events.record({ type: 'trunk.added', tenantId: null, trunkId: id });
        return trunk;
      }),
    change: (id, change) =>
      events.transaction(() => {
        const password = change.password === undefined ? passwordOf(id) : change.password;
        const trunk = write(merged(need(id), change), password);
        events.record({ type: 'trunk.changed', tenantId: null, trunkId: id });
        return trunk;
      }),
    remove: (id) =>
      events.transaction(() => {
        if (remove.run(id) === 0) throw new VoxboxError('trunk_unknown', `there is no trunk ${id}`);
        events.record({ type: 'trunk.removed', tenantId: null, trunkId: id });
      }),
    findByAddress(address) {
      const source = canonicalAddress(address);
      return (
        all().find((trunk) => trunk.enabled && trunk.addresses.some((range) => covers(range, source))) ?? null
      );
    },
    findByUsername(username) {
      const row = byUsername.get(username);
      return row ? fromRow(row) : null;
    },
    password: (id) => passwordOf(need(id).id),
  };
}

const putSql = `insert into trunks
  (id, name, kind, preset, enabled, under_test, addresses, username, ha1, host, port, transport,
   outbound_proxy, auth_username, sealed_password, register_interval_s, codecs, srtp, dtmf, caller_id,
   max_calls, priority)
  values (:id, :name, :kind, :preset, :enabled, :underTest, :addresses, :username, :ha1, :host, :port,
   :transport, :outboundProxy, :authUsername, :sealedPassword, :registerIntervalS, :codecs, :srtp, :dtmf,
   :callerId, :maxCalls, :priority)
  on conflict (id) do update set
   name = excluded.name, kind = excluded.kind, preset = excluded.preset, enabled = excluded.enabled,
   under_test = excluded.under_test, addresses = excluded.addresses, username = excluded.username,
   ha1 = excluded.ha1, host = excluded.host, port = excluded.port, transport = excluded.transport,
   outbound_proxy = excluded.outbound_proxy, auth_username = excluded.auth_username,
   sealed_password = excluded.sealed_password, register_interval_s = excluded.register_interval_s,
   codecs = excluded.codecs, srtp = excluded.srtp, dtmf = excluded.dtmf, caller_id = excluded.caller_id,
   max_calls = excluded.max_calls, priority = excluded.priority`;

function fromRow(row: Row): Trunk {
  const addresses = JSON.parse(row.addresses) as string[];
  return {
    ...row,
    address: addresses[0] ?? null,
    addresses,
    codecs: JSON.parse(row.codecs) as Trunk['codecs'],
    enabled: row.enabled === 1,
    underTest: row.underTest === 1,
    hasPassword: row.hasPassword === 1,
  };
}

function toRow({ address: _, hasPassword: __, ...trunk }: Trunk) {
  return {
    ...trunk,
    addresses: JSON.stringify(trunk.addresses),
    codecs: JSON.stringify(trunk.codecs),
    enabled: trunk.enabled ? 1 : 0,
    underTest: trunk.underTest ? 1 : 0,
  };
}

/** The trunk with what is given in place of what was there; undefined leaves it. */
function merged(before: Trunk, change: TrunkChange): Trunk {
  const { address, password, addresses, ...rest } = change;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const sources = addresses ?? (address === undefined ? before.addresses : [address]);
  const canonical = [...new Set(sources.map(canonicalAddress))];
  return {
    ...before,
    ...given,
    name: (change.name ?? before.name).trim(),
    address: canonical[0] ?? null,
    addresses: canonical,
    hasPassword: password === undefined ? before.hasPassword : password !== null,
  };
}
