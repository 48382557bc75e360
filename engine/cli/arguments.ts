import { parseArgs } from 'node:util';
import { type Config, loadConfig } from '../foundation/index.ts';
import { type Call, type CliParts, type Command, type Flag, UsageError } from './command.ts';

/** Every command has these. */
export const sharedFlags: Readonly<Record<string, Flag>> = {
  data: { type: 'string', value: 'DIR', help: 'data directory', sets: 'dataDir' },
  json: { type: 'boolean', help: 'print JSON' },
  help: { type: 'boolean', help: 'show this help' },
};

/** @throws UsageError for a flag or a value that the command does not know */
export function readArguments(command: Command, rest: readonly string[], { io, serve }: CliParts): Call {
  const flags = { ...command.flags, ...sharedFlags };
  const { values, positionals } = parse(flags, rest);
  const help = values.help === true;
  if (!help) checkOperands(command, positionals);
  const text = (flag: string): string | undefined => {
    const value = values[flag];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    io,
    serve,
    json: values.json === true,
    text,
    has: (flag) => values[flag] === true,
    count(flag, fallback) {
      const value = text(flag);
      if (value === undefined) return fallback;
      if (!/^[1-9]\d{0,6}$/.test(value)) throw new UsageError(`--${flag} takes a whole number from 1.`);
      return Number(value);
    },
    positionals,
    config() {
      const set: Partial<Record<keyof Config, unknown>> = {};
      for (const [name, flag] of Object.entries(flags)) if (flag.sets) set[flag.sets] = text(name);
      return loadConfig(set);
    },
  };
}

function checkOperands({ name, operands }: Command, given: readonly string[]): void {
  if (operands === '[id...]') return;
  const wanted = operands?.split(' ') ?? [];
  if (wanted.length === 0 && given.length > 0) throw new UsageError(`${name} does not take "${given[0]}".`);
  if (given.length === wanted.length) return;
  throw new UsageError(`${name} takes ${wanted.length === 1 ? `one ${operands}` : operands}.`);
}

function parse(flags: Readonly<Record<string, Flag>>, rest: readonly string[]) {
  const options = Object.fromEntries(Object.entries(flags).map(([name, { type }]) => [name, { type }]));
  try {
    return parseArgs({ args: [...rest], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node adds advice about its own syntax after the first sentence or line.
    throw new UsageError(`${error.message.split(/\.\s/)[0]?.replace(/\.$/, '')}.`);
  }
}
