import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { plainAddress } from './flow.ts';

/** Addresses that mean "every interface". */
export const isUnspecified = (host: string): boolean => host === '0.0.0.0' || host === '::' || host === '';

/**
 * The address of this box to name to `remote` in Via, Contact and SDP.
 *
 * @param host what the server is bound to; returned as it is unless it means every interface
 */
export function localAddressFor(host: string, remote: string): string {
  if (!isUnspecified(host)) return host;
  const family = isIPv6(remote) ? 'ipv6' : 'ipv4';
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((entry) => entry.family.toLowerCase() === family);
  const near = own.find((entry) => entry.cidr !== null && contains(entry.cidr, remote));
  const outside = own.find((entry) => !entry.internal && !entry.address.startsWith('fe80:'));
  const address = near?.address ?? outside?.address ?? own[0]?.address;
  return address ? plainAddress(address) : family === 'ipv6' ? '::1' : '127.0.0.1';
}

function contains(cidr: string, address: string): boolean {
  const [network = '', prefix = '0'] = cidr.split('/');
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  if ((isIPv4(network) ? 'ipv4' : 'ipv6') !== family) return false;
  const block = new BlockList();
  block.addSubnet(network, Number(prefix), family);
  return block.check(address, family);
}

const privateBlocks = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  privateBlocks.addSubnet(network, prefix, 'ipv4');
}
privateBlocks.addSubnet('fc00::', 7, 'ipv6');
privateBlocks.addSubnet('fe80::', 10, 'ipv6');
privateBlocks.addAddress('::1', 'ipv6');

/** True for an address literal that only its own network can reach (RFC 1918, 6598, 3927, 4193), or this box. */
export function isPrivateAddress(host: string): boolean {
  if (isIPv4(host)) return privateBlocks.check(host, 'ipv4');
  return isIPv6(host) && privateBlocks.check(host, 'ipv6');
}
