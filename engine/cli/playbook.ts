import { readFileSync } from 'node:fs';
import { VoxboxError } from '../foundation/index.ts';
import { type PlaybookInput, professionIds, professionOf } from '../store/index.ts';
import type { Command } from './command.ts';
import { chosenTenants, tenantFlag, tenantIdOf, withBox } from './data.ts';
import { table } from './table.ts';

export const professionsList: Command = {
  name: 'professions list',
  summary: 'List the professions that a business can begin with',
  flags: {},
  async run({ json, io }) {
    const professions = professionIds().map(professionOf);
    if (json) {
      io.out(`${JSON.stringify({ professions }, null, 2)}\n`);
    } else {
      io.out(
        table([
          ['ID', 'TITLE', 'SERVICES', 'SKILLS OF ITS OWN'],
          ...professions.map(({ id, title, services, playbook }) => [
            id,
            title,
            String(services.length),
            playbook.skills.map((skill) => skill.id).join(', '),
          ]),
        ]),
      );
    }
    return 0;
  },
};

export const playbookShow: Command = {
  name: 'playbook show',
  summary: 'Print what a business’s skills are made of, as JSON that can be changed and set again',
  flags: tenantFlag,
  async run({ config, io, text }) {
    const settings = config();
    const id = await tenantIdOf(settings, text('tenant'));
    const playbook = await withBox(settings, { readOnly: true }, (box) => box.tenant(id).playbook());
    io.out(`${JSON.stringify(playbook, null, 2)}\n`);
    return 0;
  },
};

/** The engine is the only writer: while one runs it fails with `data_dir_locked`. */
export const playbookSet: Command = {
  name: 'playbook set',
  summary: 'Change what the skills are made of, from the next call on (the engine must be stopped)',
  operands: '<id>',
  flags: tenantFlag,
  async run({ config, json, io, text, positionals }) {
    const [file = ''] = positionals;
    const playbook = readPlaybook(file);
    const settings = config();
    const id = await tenantIdOf(settings, text('tenant'));
    const skills = await withBox(settings, { readOnly: false }, (box) => {
      const store = box.tenant(id);
      store.setPlaybook(playbook);
      return store.playbook().skills.map((skill) => skill.id);
    });
    io.out(
      json ? `${JSON.stringify({ skills }, null, 2)}\n` : `Skills now: ${skills.join(', ') || 'none'}.\n`,
    );
    return 0;
  },
};

/** What is in it is checked where it is kept. */
function readPlaybook(file: string): PlaybookInput {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PlaybookInput;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new VoxboxError('input_invalid', `${file}: ${why}`);
  }
}

export const inboxList: Command = {
  name: 'inbox list',
  summary: 'List messages, orders and leads, the latest first',
  flags: {
    ...tenantFlag,
    limit: { type: 'string', value: 'COUNT', help: 'at most this many (default: 50)' },
  },
  async run({ config, json, io, text, count }) {
    const limit = count('limit', 50);
    const found = await withBox(config(), { readOnly: true }, (box) =>
      chosenTenants(box, text('tenant'))
        .flatMap(({ tenant, store }) =>
          store.submissions.list({ limit }).map((submission) => ({ tenant: tenant.slug, ...submission })),
        )
        .toSorted((one, other) => other.createdAtMs - one.createdAtMs)
        .slice(0, limit),
    );
    if (json) io.out(`${JSON.stringify({ submissions: found }, null, 2)}\n`);
    else {
      io.out(
        table([
          ['TENANT', 'WHAT', 'FROM', 'PHONE', 'STATUS', 'WORDS'],
          ...found.map(({ tenant, title, urgent, customerName, customerPhone, status, fields }) => [
            tenant,
            urgent ? `${title} (urgent)` : title,
            customerName ?? '-',
            customerPhone ?? '-',
            status,
            fields.map(({ label, value }) => `${label}: ${value}`).join('; '),
          ]),
        ]),
      );
    }
    return 0;
  },
};
