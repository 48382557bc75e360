import { boxRoleModel, shortestPassword, tenantRoleModel } from '../api/contract/index.ts';
import { addMember, createPasswords, passwordLink, setPassword } from '../api/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import { type Box, type BoxRole, runningEngine, type TenantRole, type User } from '../store/index.ts';
import { type Call, type Command, UsageError } from './command.ts';
import { tenantIdOf, withBox } from './data.ts';
import { engineAddress } from './running.ts';
import { readSecret } from './secret.ts';
import { localTime, table } from './table.ts';
import { write } from './write.ts';

const { options: boxRoles } = boxRoleModel;
const { options: tenantRoles } = tenantRoleModel;

interface Line {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly boxRole: BoxRole | null;
  readonly hasTotp: boolean;
  readonly createdAtMs: number;
  readonly memberships: readonly { readonly tenantName: string; readonly role: TenantRole }[];
}

const lineOf = (box: Box, { id, email, name, boxRole, hasTotp, createdAtMs }: User): Line => ({
  ...{ id, email, name, boxRole, hasTotp, createdAtMs },
  memberships: box.memberships.ofUser(id).map(({ tenantId, role }) => ({
    ...{ tenantName: box.tenants.find(tenantId)?.name ?? tenantId, role },
  })),
});

const userTable = (users: readonly Line[]): string => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return table([
    ['E-MAIL', 'NAME', 'BOX', 'BUSINESSES', 'APP', 'SINCE'],
    ...users.map(({ email, name, boxRole, memberships, hasTotp, createdAtMs }) => [
      ...[email, name, boxRole ?? '-'],
      memberships.map(({ tenantName, role }) => `${tenantName} (${role})`).join(', ') || '-',
      ...[hasTotp ? 'yes' : 'no', localTime(createdAtMs, zone)],
    ]),
  ]);
};

export const usersList: Command = {
  name: 'users list',
  summary: 'List who may sign in',
  flags: {},
  async run({ config, json, io }) {
    const users = await withBox(config(), { readOnly: true }, (box) =>
      box.users.list().map((user) => lineOf(box, user)),
    );
    io.out(json ? `${JSON.stringify({ users }, null, 2)}\n` : userTable(users));
    return 0;
  },
};

/** @throws UsageError */
function oneOf<T extends string>(
  flag: string,
  value: string | undefined,
  known: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = known.find((one) => one === value);
  if (!found) throw new UsageError(`--${flag} takes ${known.join(', ')}.`);
  return found;
}

async function newPassword({ io }: Call): Promise<string> {
  const password = await readSecret(io, 'New password: ');
  if (password.length >= shortestPassword) return password;
  throw new VoxboxError('input_invalid', `the password must have at least ${shortestPassword} characters.`);
}

export const usersAdd: Command = {
  name: 'users add',
  summary: 'Make an account; the password is read from standard input',
  operands: '<email>',
  flags: {
    name: { type: 'string', value: 'NAME', help: 'name of the person (required)' },
    role: { type: 'string', value: 'ROLE', help: `on the box: ${boxRoles.join(', ')} (default: none)` },
    tenant: { type: 'string', value: 'SLUG', help: 'works for this business (slug or id)' },
    'tenant-role': {
      type: 'string',
      value: 'ROLE',
      help: `in that business: ${tenantRoles.join(', ')} (default: member)`,
    },
  },
  async run(call) {
    const { config, json, io, text, positionals } = call;
    const [email = ''] = positionals;
    const name = text('name');
    if (name === undefined) throw new UsageError('users add needs --name NAME.');
    const boxRole = oneOf('role', text('role'), boxRoles) ?? null;
    const role = oneOf('tenant-role', text('tenant-role'), tenantRoles) ?? 'member';
    const tenant = text('tenant');
    const tenantId = tenant === undefined ? null : await tenantIdOf(config(), tenant);
    const password = await newPassword(call);
    const membership = tenantId === null ? undefined : { tenantId, role };
    const id = await write(config(), {
      method: 'user.add',
      body: { email, name, password, boxRole, membership },
      through: ({ user }) => user.id,
      async alone(box) {
        const passwordHash = await createPasswords().hash(password);
        return box.transaction(() => {
          const user = box.users.add({ email, name, boxRole, passwordHash });
          if (membership) addMember(box, { ...membership, userId: user.id });
          return user.id;
        });
      },
    });
    io.out(json ? `${JSON.stringify({ id, email })}\n` : `Added ${email}.\n`);
    return 0;
  },
};

/** @throws VoxboxError `not_found` */
const userIdOf = ({ config }: Call, email: string): Promise<string> =>
  withBox(config(), { readOnly: true }, (box) => {
    const user = box.users.findByEmail(email);
    if (!user) throw new VoxboxError('not_found', `nobody has an account under ${email}.`);
    return user.id;
  });

export const usersResetPassword: Command = {
  name: 'users reset-password',
  summary: 'Give somebody a new password, read from standard input, and sign them out everywhere',
  operands: '<email>',
  flags: {},
  async run(call) {
    const { config, json, io, positionals } = call;
    const [email = ''] = positionals;
    const id = await userIdOf(call, email);
    const password = await newPassword(call);
    await write(config(), {
      ...{ method: 'user.setPassword', id, body: { password } },
      through: () => {},
      alone: async (box) => setPassword(box, id, await createPasswords().hash(password)),
    });
    io.out(json ? `${JSON.stringify({ id, email })}\n` : `${email} has a new password.\n`);
    return 0;
  },
};

export const usersLink: Command = {
  name: 'users link',
  summary: 'Print a link with which somebody chooses a new password, good for a day and one use',
  operands: '<email>',
  flags: {},
  async run(call) {
    const { config, json, io, positionals } = call;
    const id = await userIdOf(call, positionals[0] ?? '');
    const token = await write(config(), {
      ...{ method: 'user.link', id },
      through: ({ link }) => link.token,
      alone: (box) => passwordLink(box, id).token,
    });
    const { httpHost: host, httpPort: port, dataDir } = config();
    const link = `${engineAddress(runningEngine(dataDir)?.http ?? { host, port })}/#/password/${token}`;
    io.out(json ? `${JSON.stringify({ link })}\n` : `${link}\n`);
    return 0;
  },
};
