import { isIPv4 } from 'node:net';
import { type Digest, type Invitation, plainAddress } from '../sip/index.ts';
import type { Box, Phone, Trunk } from '../store/index.ts';
import type { TrunkLines } from './trunk-lines.ts';

/** Whether a caller's side may ring the box at all, and who it is. */
export type Admission =
  | { readonly kind: 'admitted'; readonly by: 'loopback' }
  /** By where it sends from, by a registration of ours, or by its password. */
  | { readonly kind: 'admitted'; readonly by: 'trunk'; readonly trunk: Trunk }
  | { readonly kind: 'admitted'; readonly by: 'phone'; readonly phone: Phone }
  | { readonly kind: 'challenge'; readonly stale: boolean };

export interface AdmissionParts {
  readonly box: Box;
  readonly digest: Digest;
  readonly lines: Pick<TrunkLines, 'trunkOf'>;
  readonly trustLoopback: boolean;
}

export const isLoopback = (address: string): boolean =>
  address === '::1' || (isIPv4(address) && address.startsWith('127.'));

/**
 * Trunks are known by their addresses or by the registration that the box keeps with them, phones and digest
 * trunks by the right answer to a challenge (RFC 3261 §22), the loopback unless the box is told otherwise.
 * A wrong password gets the same answer as an unknown user, so that guessing teaches nothing.
 *
 * @param requestUser user of the Request-URI
 */
export function admit(invitation: Invitation, requestUser: string, parts: AdmissionParts): Admission {
  const { box, digest, lines, trustLoopback } = parts;
  const address = plainAddress(invitation.source.address);
  const known = lines.trunkOf({ address, requestUser });
  if (known) return { kind: 'admitted', by: 'trunk', trunk: known };
  // Who proves a name is that one, on the loopback too.
  const verdict = invitation.authorization
    ? digest.verify({
        header: invitation.authorization,
        method: 'INVITE',
        source: address,
        // Both are always looked up: the time of an answer tells nothing.
        lookup: (username) => {
          const phone = box.phones.findByUsername(username);
          const trunk = enabled(box.trunks.findByUsername(username));
          return phone?.ha1 ?? trunk?.ha1 ?? null;
        },
      })
    : ({ ok: false, stale: false } as const);
  if (verdict.ok) {
    const phone = box.phones.findByUsername(verdict.username);
    if (phone) return { kind: 'admitted', by: 'phone', phone };
    const trunk = box.trunks.findByUsername(verdict.username);
    if (trunk) return { kind: 'admitted', by: 'trunk', trunk };
  }
  if (trustLoopback && isLoopback(address)) return { kind: 'admitted', by: 'loopback' };
  return { kind: 'challenge', stale: !verdict.ok && verdict.stale };
}

const enabled = (trunk: Trunk | null): Trunk | null => (trunk?.enabled ? trunk : null);
