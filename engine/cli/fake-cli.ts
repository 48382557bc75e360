import type { CliIo, CliParts } from './command.ts';
import { runCli } from './index.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Fake: a terminal that keeps what the command line says. It starts no engine unless it is told how. */
export async function fakeCli(
  argv: readonly string[],
  { serve = async () => 1, secret }: Partial<Pick<CliParts, 'serve'> & Pick<CliIo, 'secret'>> = {},
): Promise<Ran> {
  const said = { out: '', err: '' };
  const keep = (where: 'out' | 'err') => (text: string) => {
    said[where] += text;
  };
  const code = await runCli(argv, { io: { out: keep('out'), err: keep('err'), secret }, serve });
  return { code, ...said };
}
