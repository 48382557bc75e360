import { isIP } from 'node:net';
import { type Ids, VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { Trunk } from './model.ts';

export type NewTrunk =
  | { readonly kind: 'address'; readonly name: string; readonly address: string }
  | { readonly kind: 'digest'; readonly name: string; readonly username: string; readonly ha1: string };

export interface Trunks {
  list(): Trunk[];
  /** @throws VoxboxError `input_invalid`, also when the address or user name is another trunk's */
  add(trunk: NewTrunk): Trunk;
  /** @throws VoxboxError `not_found` */
  remove(id: string): void;
  findByAddress(address: string): Trunk | null;
  findByUsername(username: string): Trunk | null;
}

/** One spelling for each address; IPv4 mapped into IPv6 (RFC 4291 §2.5.5.2) is the IPv4 address. */
const canonical = (address: string): string => address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');

export function trunkRows(database: Database, ids: Ids): Trunks {
  const columns = 'id, name, kind, address, username, ha1';
  const list = database.prepare<Trunk>(`select ${columns} from trunks order by name, id`);
  const byAddress = database.prepare<Trunk>(`select ${columns} from trunks where address = ?`);
  const byUsername = database.prepare<Trunk>(`select ${columns} from trunks where username = ?`);
  const insert = database.prepare(
    `insert into trunks (${columns}) values (:id, :name, :kind, :address, :username, :ha1)`,
  );
  const remove = database.prepare('delete from trunks where id = ?');
  return {
    list: () => list.all(),
    add(input) {
      const trunk: Trunk = {
        id: ids.uuid(),
        name: input.name,
        kind: input.kind,
        address: input.kind === 'address' ? canonical(input.address) : null,
        username: input.kind === 'digest' ? input.username : null,
        ha1: input.kind === 'digest' ? input.ha1 : null,
      };
      if (trunk.address !== null && isIP(trunk.address) === 0) {
        throw new VoxboxError(
          'input_invalid',
          `address: ${input.kind === 'address' ? input.address : ''} is no IP address`,
        );
      }
      if (trunk.ha1 !== null && !/^[0-9a-f]{32}$/.test(trunk.ha1)) {
        throw new VoxboxError('input_invalid', 'ha1: must be 32 hexadecimal digits');
      }
      if (byAddress.get(trunk.address) ?? byUsername.get(trunk.username)) {
        throw new VoxboxError('input_invalid', 'another trunk has that address or user name');
      }
      insert.run(trunk);
      return trunk;
    },
    remove(id) {
      if (remove.run(id) === 0) throw new VoxboxError('not_found', `there is no trunk ${id}`);
    },
    findByAddress: (address) => byAddress.get(canonical(address)) ?? null,
    findByUsername: (username) => byUsername.get(username) ?? null,
  };
}
