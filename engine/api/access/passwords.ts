import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { VoxboxError } from '../../foundation/index.ts';

/** Hashes passwords with scrypt (RFC 7914), away from the loop and one at a time: each takes 128 MiB. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /**
   * Null: there is no such account. It takes as long as if there were.
   *
   * @throws VoxboxError `too_many_requests` where too many wait
   */
  verify(password: string, stored: string | null): Promise<boolean>;
}

const usualCostLog2 = 17;
const blockSize = 8;
const hashBytes = 32;
const saltBytes = 16;
const mostWaiting = 20;

interface Cost {
  readonly log2: number;
  readonly salt: Buffer;
}

export function createPasswords({ costLog2 = usualCostLog2 }: { costLog2?: number } = {}): Passwords {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  const derive = (password: string, { log2, salt }: Cost): Promise<Buffer> => {
    if (waiting >= mostWaiting) {
      throw new VoxboxError('too_many_requests', 'too many passwords are looked at', {
        details: { retryAfterS: 10 },
      });
    }
    waiting += 1;
    const work = last
      .then(() => stretch(password, { log2, salt }))
      .finally(() => {
        waiting -= 1;
      });
    last = work.catch(() => {});
    return work;
  };

  return {
    async hash(password) {
      const salt = randomBytes(saltBytes);
      const hash = await derive(password, { log2: costLog2, salt });
      return ['scrypt', costLog2, salt.toString('base64url'), hash.toString('base64url')].join('$');
    },
    async verify(password, stored) {
      const [kind, log2, salt, hash] = (stored ?? '').split('$');
      if (kind !== 'scrypt' || !salt || !hash) {
        await derive(password, { log2: costLog2, salt: Buffer.alloc(saltBytes) });
        return false;
      }
      const made = await derive(password, { log2: Number(log2), salt: Buffer.from(salt, 'base64url') });
      return timingSafeEqual(made, Buffer.from(hash, 'base64url'));
    },
  };
}

/** The same letters typed on two keyboards are the same password (RFC 8265 §4.2.2: NFC). */
const stretch = (password: string, { log2, salt }: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const [N, r] = [2 ** log2, blockSize];
    scrypt(
      password.normalize('NFC'),
      salt,
      hashBytes,
      { N, r, p: 1, maxmem: 2 * 128 * N * r },
      (error, key) => (error ? reject(error) : resolve(key)),
    );
  });
