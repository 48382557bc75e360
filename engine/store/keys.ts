import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { VoxboxError } from '../foundation/index.ts';
import { guarded } from './faults.ts';

/** The box's one secret and what is derived from it. */
export interface Keyring {
  /** Key of `box.db`. */
  readonly boxDatabaseKey: Buffer;
  newTenantKey(): Buffer;
  /** Seals a tenant's key so that it may lie in `box.db`; only that tenant's id opens it again. */
  wrap(tenantId: string, key: Buffer): Buffer;
  /** @throws VoxboxError `database_broken` when it was sealed with another key or for another tenant */
  unwrap(tenantId: string, sealed: Buffer): Buffer;
  /** Seals a password of the box; it opens again under the same label only, so rows cannot be exchanged. */
  seal(label: string, secret: Buffer): Buffer;
  /** @throws VoxboxError `database_broken` */
  unseal(label: string, sealed: Buffer): Buffer;
}

const nonceBytes = 12;
const tagBytes = 16;

export function createKeyring(boxKey: Buffer): Keyring {
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', boxKey, Buffer.alloc(0), `voxbox ${purpose} v1`, 32));
  const wrappingKey = derive('tenant keys');
  const secretsKey = derive('secrets');
  return {
    boxDatabaseKey: derive('box database'),
    newTenantKey: () => randomBytes(32),
    wrap: (tenantId, key) => sealWith(wrappingKey, tenantId, key),
    unwrap: (tenantId, sealed) =>
      unsealWith(wrappingKey, { label: tenantId, sealed, what: `the key of tenant ${tenantId}` }),
    seal: (label, secret) => sealWith(secretsKey, label, secret),
    unseal: (label, sealed) => unsealWith(secretsKey, { label, sealed, what: `the secret of ${label}` }),
  };
}

/** AES-256-GCM (NIST SP 800-38D): nonce, ciphertext, tag. */
function sealWith(key: Buffer, label: string, plain: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function unsealWith(
  key: Buffer,
  { label, sealed, what }: { readonly label: string; readonly sealed: Buffer; readonly what: string },
): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes))
      .setAAD(Buffer.from(label))
      .setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch (cause) {
    throw new VoxboxError('database_broken', `${what} cannot be opened`, { cause });
  }
}

/**
 * Reads `keys/box.key`; the first start makes it.
 *
 * @param create true where no database exists yet: a lost key must never be replaced by a new one
 * @throws VoxboxError `database_broken` when the key is missing or unreadable
 */
export function openKeyring(dataDir: string, { create }: { create: boolean }): Keyring {
  const path = join(dataDir, 'keys', 'box.key');
  if (!existsSync(path)) {
    if (!create)
      throw new VoxboxError('database_broken', `${path} is missing: nothing can be opened without it`);
    guarded(path, () => writeKey(path, randomBytes(32)));
  }
  const text = guarded(path, () => readFileSync(path, 'utf8')).trim();
  if (!/^[0-9a-f]{64}$/.test(text)) throw new VoxboxError('database_broken', `${path} holds no key`);
  return createKeyring(Buffer.from(text, 'hex'));
}

/** On the disk, whole, before anything is encrypted with it. */
function writeKey(path: string, key: Buffer): void {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const unfinished = `${path}.new`;
  const file = openSync(unfinished, 'w', 0o600);
  try {
    writeSync(file, `${key.toString('hex')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, path);
  syncDirectory(directory);
}

/** Makes a rename or a new file survive a power cut; Windows keeps its own journal and opens no directories. */
function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
