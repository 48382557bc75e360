import { sharedFlags } from './arguments.ts';
import type { Command } from './command.ts';
import { table } from './table.ts';

export function commandHelp(command: Command): string {
  const flags = Object.entries({ ...command.flags, ...sharedFlags }).map(([name, flag]) => [
    `--${name}${flag.value ? ` ${flag.value}` : ''}`,
    flag.help,
  ]);
  const usage = ['voxbox', command.name, command.operands, '[flags]'].filter(Boolean).join(' ');
  return `${command.summary}\n\nUsage: ${usage}\n\n${indented(table(flags))}`;
}

export function overview(commands: readonly Command[]): string {
  const rows = commands.map((command) => [
    [command.name, command.operands].filter(Boolean).join(' '),
    command.summary,
  ]);
  return [
    'Voxbox: an AI phone receptionist that runs on your own box.\n\nUsage: voxbox <command> [flags]\n\n',
    indented(table(rows)),
    '\nEvery command takes --data DIR, --json and --help.\n',
  ].join('');
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');
