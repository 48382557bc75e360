import { readFileSync } from 'node:fs';
import { VoxboxError } from '../foundation/index.ts';
import { playbookProblems, playbookSchema, professionIds, professionOf } from '../store/index.ts';
import type { Command } from './command.ts';
import { tenantFlag, tenantIdOf, withBox } from './data.ts';
import { atDesk } from './desk.ts';
import { printable, table } from './table.ts';

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

export const playbookSet: Command = {
  name: 'playbook set',
  summary: 'Change what the skills are made of, from the next call on',
  operands: '<file>',
  flags: tenantFlag,
  async run({ config, json, io, text, positionals }) {
    const body = readPlaybook(positionals[0] ?? '');
    const id = await tenantIdOf(config(), text('tenant'));
    const { playbook } = await atDesk(config(), { method: 'playbook.set', id, body });
    const skills = playbookSchema.parse(playbook).skills.map((skill) => skill.id);
    io.out(
      json ? `${JSON.stringify({ skills }, null, 2)}\n` : `Skills now: ${skills.join(', ') || 'none'}.\n`,
    );
    return 0;
  },
};

export const playbookCheck: Command = {
  name: 'playbook check',
  summary: 'Say everything that is wrong with such a file; nothing is changed',
  operands: '<file>',
  flags: {},
  async run({ json, io, positionals }) {
    const problems = playbookProblems(readPlaybook(positionals[0] ?? ''));
    const told = problems.map(({ path, message }) => `${printable(path)}: ${printable(message)}\n`).join('');
    io.out(json ? `${JSON.stringify({ problems }, null, 2)}\n` : told || 'Nothing is wrong with it.\n');
    return problems.length === 0 ? 0 : 1;
  },
};

/** What is in it is checked where it is kept. */
function readPlaybook(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new VoxboxError('input_invalid', `${file}: ${why}`);
  }
}
