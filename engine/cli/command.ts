import type { Config } from '../foundation/index.ts';

/** Where a command writes. */
export interface CliIo {
  /** Results. */
  out(text: string): void;
  /** Complaints. */
  err(text: string): void;
  /** True when a person watches `out`: progress may then redraw its line. */
  readonly isTerminal?: boolean;
  /** A password from standard input; asks for it where a person types. */
  secret?(prompt: string): Promise<string>;
}

/** What the command line is given from outside. */
export interface CliParts {
  readonly io: CliIo;
  /** Runs the engine until it is told to end; resolves with the exit code. */
  serve(config: Config, options: { json: boolean; print: (text: string) => void }): Promise<number>;
}

export interface Flag {
  readonly type: 'string' | 'boolean';
  /** Name of the value in the help, for flags that take one. */
  readonly value?: string;
  readonly help: string;
  /** Key of the boot configuration that the flag sets. */
  readonly sets?: keyof Config;
}

export interface Call {
  readonly io: CliIo;
  readonly serve: CliParts['serve'];
  readonly json: boolean;
  /** Value of a flag; undefined when it was not given. */
  text(flag: string): string | undefined;
  has(flag: string): boolean;
  /** A whole number from 1. @throws UsageError */
  count(flag: string, fallback: number): number;
  readonly positionals: readonly string[];
  /** @throws VoxboxError `config_invalid` */
  config(): Config;
}

export interface Command {
  /** As it is typed, for example `calls show`. */
  readonly name: string;
  readonly summary: string;
  /** Values without a flag: those in `<>` must be given, `[id...]` may be, any number of them. */
  readonly operands?:
    | '<id>'
    | '<email>'
    | '<number>'
    | '<file>'
    | '<day>'
    | '<host>'
    | '<id> <time>'
    | '<id> <target>'
    | '<id> <keys>'
    | '<id> <answer>'
    | '<file-or-address>'
    | '<question>'
    | '[id...]';
  readonly flags: Readonly<Record<string, Flag>>;
  /** Resolves with the exit code. */
  run(call: Call): Promise<number>;
}

/** The command line was not understood: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
