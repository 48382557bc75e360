import { type Clock, type Ids, VoxboxError } from '../foundation/index.ts';
import type { BoxRole, User } from './access-model.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { Keyring } from './keys.ts';

export interface NewUser {
  readonly email: string;
  readonly name: string;
  readonly boxRole: BoxRole | null;
  /** As `passwords.ts` of the API makes it; null until they choose one. */
  readonly passwordHash: string | null;
}

/** What an app that shows codes shares with the box. */
export interface Totp {
  readonly secret: Buffer;
  /** Step (RFC 6238 §4.2) of the last code that was taken: none is taken twice. */
  readonly lastStep: number;
}

export interface Users {
  /** By name. */
  list(): User[];
  find(id: string): User | null;
  findByEmail(email: string): User | null;
  /** The first who may do everything; null on a box that nobody owns yet. */
  owner(): User | null;
  /** @throws VoxboxError `input_invalid`, `user_exists` */
  add(user: NewUser): User;
  /** @throws VoxboxError `not_found`, `input_invalid`, `last_owner` */
  change(id: string, change: { readonly name?: string; readonly boxRole?: BoxRole | null }): User;
  /** With their sessions and memberships. @throws VoxboxError `not_found`, `last_owner` */
  remove(id: string): void;
  passwordHash(id: string): string | null;
  setPassword(id: string, hash: string): void;
  totp(id: string): Totp | null;
  /** With the hashes of recovery codes; null: no app any more. */
  setTotp(id: string, totp: { readonly secret: Buffer; readonly recovery: readonly Buffer[] } | null): void;
  /** False where a code of that step, or of a later one, was taken before. */
  takeStep(id: string, step: number): boolean;
  /** True once for each. */
  takeRecoveryCode(id: string, hash: Buffer): boolean;
}

interface UserRow extends Omit<User, 'hasPassword' | 'hasTotp'> {
  readonly hasPassword: number;
  readonly hasTotp: number;
}

const columns = `id, email, name, box_role as boxRole, password_hash is not null as hasPassword,
  sealed_totp is not null as hasTotp, created_at_ms as createdAtMs`;

const userOf = (row: UserRow): User => ({
  ...row,
  hasPassword: row.hasPassword === 1,
  hasTotp: row.hasTotp === 1,
});

/** As it is compared and kept. @throws VoxboxError `input_invalid` */
export function emailOf(text: string): string {
  const email = text.trim().toLowerCase();
  if (!/^[^\s@<>"]+@[^\s@<>"]+$/.test(email) || email.length > 254) {
    throw new VoxboxError('input_invalid', 'email: is no e-mail address');
  }
  return email;
}

function nameOf(text: string): string {
  const name = text.trim();
  if (name === '' || name.length > 80) {
    throw new VoxboxError('input_invalid', 'name: must have 1 to 80 characters');
  }
  return name;
}

export interface UserParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events: EventLog;
  readonly keyring: Keyring;
}

export function userRows(database: Database, parts: UserParts): Users {
  const { clock, ids, events } = parts;
  const list = database.prepare<UserRow>(`select ${columns} from users order by name, email`);
  const byId = database.prepare<UserRow>(`select ${columns} from users where id = ?`);
  const byEmail = database.prepare<UserRow>(`select ${columns} from users where email = ?`);
  const owners = database.prepare<UserRow>(
    `select ${columns} from users where box_role = 'owner' order by created_at_ms, id`,
  );
  const insert = database.prepare(
    `insert into users (id, email, name, box_role, password_hash, created_at_ms)
     values (:id, :email, :name, :boxRole, :passwordHash, :createdAtMs)`,
  );
  const change = database.prepare('update users set name = :name, box_role = :boxRole where id = :id');
  const remove = database.prepare('delete from users where id = ?');

  const known = (id: string): User => {
    const row = byId.get(id);
    if (!row) throw new VoxboxError('not_found', `there is no user ${id}`);
    return userOf(row);
  };
  const keepAnOwner = (id: string): void => {
    if (owners.all().every((owner) => owner.id === id)) {
      throw new VoxboxError('last_owner', 'the box would have no owner any more');
    }
  };

  return {
    list: () => list.all().map(userOf),
    find: (id) => userOrNull(byId.get(id)),
    findByEmail: (email) => userOrNull(byEmail.get(email.trim().toLowerCase())),
    owner: () => userOrNull(owners.get()),
    add: ({ email: given, name, boxRole, passwordHash }) =>
      events.transaction(() => {
        const email = emailOf(given);
        if (byEmail.get(email)) throw new VoxboxError('user_exists', `there is a user ${email} already`);
        const id = ids.uuid();
        insert.run({ id, email, name: nameOf(name), boxRole, passwordHash, createdAtMs: clock.nowMs() });
        events.record({ type: 'user.added', tenantId: null, userId: id });
        return known(id);
      }),
    change: (id, { name, boxRole }) =>
      events.transaction(() => {
        const user = known(id);
        if (user.boxRole === 'owner' && boxRole !== undefined && boxRole !== 'owner') keepAnOwner(id);
        change.run({
          id,
          name: name === undefined ? user.name : nameOf(name),
          boxRole: boxRole === undefined ? user.boxRole : boxRole,
        });
        events.record({ type: 'user.changed', tenantId: null, userId: id });
        return known(id);
      }),
    remove: (id) =>
      events.transaction(() => {
        if (known(id).boxRole === 'owner') keepAnOwner(id);
        remove.run(id);
        events.record({ type: 'user.removed', tenantId: null, userId: id });
      }),
    ...secretRows(database, parts),
  };
}

const userOrNull = (row: UserRow | undefined): User | null => (row ? userOf(row) : null);

/** What proves that it is them. */
function secretRows(
  database: Database,
  { events, keyring }: UserParts,
): Pick<Users, 'passwordHash' | 'setPassword' | 'totp' | 'setTotp' | 'takeStep' | 'takeRecoveryCode'> {
  const password = database.prepare<{ hash: string | null }>(
    'select password_hash as hash from users where id = ?',
  );
  const setPassword = database.prepare('update users set password_hash = ? where id = ?');
  const totp = database.prepare<{ sealed: Buffer | null; lastStep: number }>(
    'select sealed_totp as sealed, totp_step as lastStep from users where id = ?',
  );
  const setTotp = database.prepare('update users set sealed_totp = ?, totp_step = 0 where id = ?');
  const takeStep = database.prepare(
    'update users set totp_step = :step where id = :id and totp_step < :step',
  );
  const clearCodes = database.prepare('delete from recovery_codes where user_id = ?');
  const addCode = database.prepare('insert into recovery_codes (user_id, code_hash) values (?, ?)');
  const takeCode = database.prepare('delete from recovery_codes where user_id = ? and code_hash = ?');
  const label = (id: string): string => `totp of ${id}`;
  const changed = (id: string): void => events.record({ type: 'user.changed', tenantId: null, userId: id });

  return {
    passwordHash: (id) => password.get(id)?.hash ?? null,
    setPassword: (id, hash) =>
      events.transaction(() => {
        setPassword.run(hash, id);
        changed(id);
      }),
    totp(id) {
      const row = totp.get(id);
      if (!row?.sealed) return null;
      return { secret: keyring.unseal(label(id), row.sealed), lastStep: row.lastStep };
    },
    setTotp: (id, given) =>
      events.transaction(() => {
        setTotp.run(given ? keyring.seal(label(id), given.secret) : null, id);
        clearCodes.run(id);
        for (const hash of given?.recovery ?? []) addCode.run(id, hash);
        changed(id);
      }),
    takeStep: (id, step) => takeStep.run({ id, step }) > 0,
    takeRecoveryCode: (id, hash) => takeCode.run(id, hash) > 0,
  };
}
