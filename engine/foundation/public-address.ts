import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Nets that belong to nobody's public server (RFC 6890 and the registries it set up). */
const closed = {
  ipv4: [
    ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
    ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
    ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ],
  // With those that carry an IPv4 address inside: what it is cannot be told from outside.
  ipv6: [
    '::/96',
    '::ffff:0:0/96',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '100::/64',
    '2001::/23',
    '2001:db8::/32',
    '2002::/16',
    'fc00::/7',
    'fe80::/10',
    'fec0::/10',
    'ff00::/8',
  ],
} as const;

/** Whether an IP address is one of the public internet: nothing of the house or the cloud around it. */
export function createPublicAddressCheck(): (address: string) => boolean {
  // A list for each family: in one, a net of mapped addresses (::ffff:0:0/96) would hold every IPv4 address.
  const ipv4 = listOf('ipv4');
  const ipv6 = listOf('ipv6');
  return (address) => {
    const version = isIP(address);
    if (version === 4) return !ipv4.check(address, 'ipv4');
    return version === 6 && !ipv6.check(address, 'ipv6');
  };
}

function listOf(family: keyof typeof closed): BlockList {
  const list = new BlockList();
  for (const net of closed[family]) {
    const [base = '', bits] = net.split('/');
    list.addSubnet(base, Number(bits), family);
  }
  return list;
}

/**
 * Looks a name up for a connection: the address that was checked is the one connected to. Where one of its addresses
 * is not allowed, none is.
 */
export const checkedLookup =
  (isAllowed: (address: string) => boolean, refused: (name: string) => Error): LookupFunction =>
  (name, options, callback) =>
    resolve(name, { ...options, all: true }, (error, found) => {
      const inside = found?.find(({ address }) => !isAllowed(address));
      const first = found?.[0];
      const fault = error ?? (inside || !first ? refused(name) : null);
      if (fault || !first) callback(fault, '', 0);
      else if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    });
