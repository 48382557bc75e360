import { changedTenant, newTenantOf, removeTenant } from '../api/index.ts';
import { type Box, type NewTenant, professionOf, type Tenant } from '../store/index.ts';
import { type Command, UsageError } from './command.ts';
import { tenantIdOf, withBox } from './data.ts';
import { table } from './table.ts';
import { write } from './write.ts';

const industries = ['healthcare', 'restaurant', 'services', 'retail', 'other'] as const;
const recordings = ['announced', 'silent', 'off'] as const;

export const tenantsList: Command = {
  name: 'tenants list',
  summary: 'List the businesses of this box',
  flags: {},
  async run({ config, json, io }) {
    const tenants = await withBox(config(), { readOnly: true }, (box) =>
      box.tenants.list().map((tenant) => listed(box, tenant)),
    );
    if (json) io.out(`${JSON.stringify({ tenants }, null, 2)}\n`);
    else io.out(tenantTable(tenants));
    return 0;
  },
};

export const tenantsCreate: Command = {
  name: 'tenants create',
  summary: 'Set up a business',
  flags: {
    name: { type: 'string', value: 'NAME', help: 'name of the business (required)' },
    number: { type: 'string', value: 'NUMBER', help: 'its number, E.164, for example +15555550100' },
    'time-zone': {
      type: 'string',
      value: 'ZONE',
      help: "IANA zone, for example Europe/London (default: this machine's)",
    },
    language: { type: 'string', value: 'TAG', help: 'BCP 47 tag (default: en-US)' },
    industry: {
      type: 'string',
      value: 'INDUSTRY',
      help: `${industries.join(', ')} (default: its profession's)`,
    },
    profession: {
      type: 'string',
      value: 'ID',
      help: 'what it begins with; see `voxbox professions list` (default: general)',
    },
    slug: { type: 'string', value: 'SLUG', help: 'short name for addresses (default: made of the name)' },
    like: {
      type: 'string',
      value: 'SLUG',
      help: 'a business whose agent, skills, services and hours it begins with',
    },
  },
  async run({ config, json, io, text }) {
    const name = text('name');
    if (name === undefined) throw new UsageError('tenants create needs --name NAME.');
    const profession = text('profession');
    if (profession !== undefined) professionOf(profession);
    const industry =
      text('industry') === undefined ? undefined : industries.find((one) => one === text('industry'));
    if (text('industry') !== undefined && !industry)
      throw new UsageError(`--industry takes ${industries.join(', ')}.`);
    const number = text('number');
    const input: NewTenant = {
      name,
      ...(industry ? { industry } : {}),
      ...(profession === undefined ? {} : { profile: { profession } }),
      timeZone: text('time-zone') ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
      ...(text('language') === undefined ? {} : { language: text('language') }),
      ...(text('slug') === undefined ? {} : { slug: text('slug') }),
      ...(number === undefined ? {} : { numbers: [{ number }] }),
    };
    const like = text('like') === undefined ? undefined : await tenantIdOf(config(), text('like'));
    const tenant = await write(config(), {
      method: 'tenant.create',
      body: { ...input, like },
      through: ({ tenant }) => tenant,
      alone: (box) => listed(box, box.tenants.create(newTenantOf(box, input, like))),
    });
    if (json) io.out(`${JSON.stringify({ tenant }, null, 2)}\n`);
    else io.out(tenantTable([tenant]));
    return 0;
  },
};

export const tenantsChange: Command = {
  name: 'tenants change',
  summary:
    'Change the name, language or time zone of a business (slug or id), or whether its calls are recorded',
  operands: '<id>',
  flags: {
    name: { type: 'string', value: 'NAME', help: 'what it is called from the next call on; its slug stays' },
    recording: { type: 'string', value: 'HOW', help: recordings.join(', ') },
    language: { type: 'string', value: 'TAG', help: 'how its callers speak, for example en-GB' },
    'time-zone': {
      type: 'string',
      value: 'ZONE',
      help: 'IANA zone, for example Europe/London; what is booked stays at its moment',
    },
  },
  async run({ config, json, io, text, positionals }) {
    const recording = recordings.find((one) => one === text('recording'));
    if (!recording && text('recording') !== undefined) {
      throw new UsageError(`--recording takes ${recordings.join(', ')}.`);
    }
    const [name, language, timeZone] = [text('name'), text('language'), text('time-zone')];
    const body = {
      ...(name === undefined ? {} : { name }),
      ...(recording ? { recording } : {}),
      ...(language === undefined ? {} : { language }),
      ...(timeZone === undefined ? {} : { timeZone }),
    };
    if (Object.keys(body).length === 0) {
      throw new UsageError('tenants change needs --name, --recording, --language or --time-zone.');
    }
    const id = await tenantIdOf(config(), positionals[0]);
    const tenant = await write(config(), {
      method: 'tenant.change',
      ...{ id, body },
      through: ({ tenant }) => tenant,
      alone: (box) => listed(box, changedTenant(box, id, body, null)),
    });
    io.out(json ? `${JSON.stringify({ tenant }, null, 2)}\n` : tenantTable([tenant]));
    return 0;
  },
};

export const tenantsRemove: Command = {
  name: 'tenants remove',
  summary: 'Remove a business with everything that is its own, for good, and destroy its key (slug or id)',
  operands: '<id>',
  flags: {
    slug: { type: 'string', value: 'SLUG', help: 'its slug once more, so that it is no mistake (required)' },
  },
  async run({ config, json, io, text, positionals }) {
    const slug = text('slug');
    if (slug === undefined) throw new UsageError('tenants remove needs --slug SLUG.');
    const id = await tenantIdOf(config(), positionals[0]);
    const answer = await write(config(), {
      method: 'tenant.remove',
      ...{ id, query: { slug } },
      through: (answer) => answer,
      alone: (box) => removeTenant(box, id, slug),
      thingOf: ({ destroyedKey }) => destroyedKey.id,
    });
    const { name, recordings } = answer.removed;
    io.out(
      json
        ? `${JSON.stringify(answer, null, 2)}\n`
        : `${name} and ${recordings} recordings are gone. Destroyed key: ${answer.destroyedKey.id}\n`,
    );
    return 0;
  },
};

const listed = (box: Box, tenant: Tenant): ListedTenant => ({
  ...tenant,
  numbers: box.numbers.list(tenant.id).map(({ number, label, active }) => ({ number, label, active })),
});

type ListedTenant = Tenant & {
  readonly numbers: readonly { readonly number: string; readonly label: string; readonly active: boolean }[];
};

const tenantTable = (tenants: readonly ListedTenant[]): string =>
  table([
    ['SLUG', 'NAME', 'STATUS', 'NUMBERS', 'TIME ZONE', 'LANGUAGE', 'INDUSTRY', 'RECORDING', 'ID'],
    ...tenants.map((tenant) => [
      tenant.slug,
      tenant.name,
      tenant.status,
      tenant.numbers.map(({ number, active }) => (active ? number : `${number} (off)`)).join(', ') || '-',
      tenant.timeZone,
      tenant.language,
      tenant.industry,
      tenant.recording,
      tenant.id,
    ]),
  ]);
