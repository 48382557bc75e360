import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { shortestPassphrase } from '../api/contract/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import { runningEngine } from '../store/index.ts';
import { type Command, UsageError } from './command.ts';
import { tenantIdOf, withBox } from './data.ts';
import { fetchFile } from './running.ts';
import { readSecret } from './secret.ts';
import { actAlone, commandLine } from './write.ts';

/** A business in one file: to keep, or to move it to another box. */

export const tenantsExport: Command = {
  name: 'tenants export',
  summary:
    'Write a business (slug or id) with everything that is its own to one file that a passphrase seals',
  operands: '<id>',
  flags: { to: { type: 'string', value: 'FILE', help: 'a file that is not there yet (required)' } },
  async run({ config, json, io, text, positionals }) {
    const to = text('to');
    if (to === undefined) throw new UsageError('tenants export needs --to FILE.');
    const id = await tenantIdOf(config(), positionals[0]);
    const passphrase = await readSecret(io, 'Passphrase for the file: ');
    if (passphrase.length < shortestPassphrase) {
      throw new VoxboxError(
        'input_invalid',
        `the passphrase must have at least ${shortestPassphrase} characters.`,
      );
    }
    const asked = { method: 'tenant.export', id, body: { passphrase } } as const;
    const engine = runningEngine(config().dataDir);
    if (engine) await keep(await fetchFile(engine, asked), to);
    else {
      await withBox(config(), { readOnly: false }, (box) =>
        actAlone(box, asked, () => keep(Readable.from(box.tenants.archive(id, passphrase)), to)),
      );
    }
    io.out(
      json
        ? `${JSON.stringify({ file: to }, null, 2)}\n`
        : `It is in ${to}. Without its passphrase nobody opens it.\n`,
    );
    return 0;
  },
};

export const tenantsRestore: Command = {
  name: 'tenants restore',
  summary: 'Take a business from such a file; the engine must not run meanwhile',
  operands: '<file>',
  flags: {},
  async run({ config, json, io, positionals: [file = ''] }) {
    const passphrase = await readSecret(io, 'Passphrase of the file: ');
    const tenant = await withBox(config(), { readOnly: false }, (box) => {
      return box.act(
        { ...commandLine, what: 'tenant.restore', tenantId: null, thing: null },
        () => box.tenants.restore(file, passphrase),
        ({ id }) => id,
      );
    });
    io.out(
      json
        ? `${JSON.stringify({ tenant }, null, 2)}\n`
        : `${tenant.name} is on this box now (${tenant.slug}).\n`,
    );
    return 0;
  },
};

/** A file that is there already may be the only copy of something. */
async function keep(pieces: Readable, to: string): Promise<void> {
  try {
    await pipeline(pieces, createWriteStream(to, { flags: 'wx', mode: 0o600 }));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code === 'EEXIST') throw new VoxboxError('input_invalid', `${to} is there already.`, { cause });
    if (/^E[A-Z]+$/.test(code))
      throw new VoxboxError('data_dir_unwritable', `${to} cannot be written: ${code}`, { cause });
    throw cause;
  }
}
