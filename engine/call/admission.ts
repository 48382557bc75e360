import { isIPv4 } from 'node:net';
import { type Digest, type Invitation, plainAddress } from '../sip/index.ts';
import type { Box } from '../store/index.ts';

/** Whether a caller's side may ring the box at all. */
export type Admission =
  | { readonly kind: 'admitted'; readonly by: 'loopback' | 'trunk' | 'digest' }
  | { readonly kind: 'challenge'; readonly stale: boolean };

const isLoopback = (address: string): boolean =>
  address === '::1' || (isIPv4(address) && address.startsWith('127.'));

/**
 * Loopback is trusted unless the box is told otherwise; other sources need a trunk known by address or
 * the right answer to a digest challenge (RFC 3261 §22). A wrong password gets the same answer as an
 * unknown user, so that guessing teaches nothing.
 */
export function admit(
  invitation: Invitation,
  { box, digest, trustLoopback }: { box: Box; digest: Digest; trustLoopback: boolean },
): Admission {
  const address = plainAddress(invitation.source.address);
  if (trustLoopback && isLoopback(address)) return { kind: 'admitted', by: 'loopback' };
  if (box.trunks.findByAddress(address)) return { kind: 'admitted', by: 'trunk' };
  if (!invitation.authorization) return { kind: 'challenge', stale: false };
  const verdict = digest.verify({
    header: invitation.authorization,
    method: 'INVITE',
    lookup: (username) => box.trunks.findByUsername(username)?.ha1 ?? null,
  });
  return verdict.ok ? { kind: 'admitted', by: 'digest' } : { kind: 'challenge', stale: verdict.stale };
}
