import { createHash, randomBytes } from 'node:crypto';
import { promises as dns } from 'node:dns';

/** One SRV record (RFC 2782). */
export interface Service {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** What DNS says of names. */
export interface Names {
  /** Servers of `_sip._udp.example.com`, in no order; empty where there is no record. Never rejects. */
  services(name: string): Promise<readonly Service[]>;
  /** IPv4 first: fewer networks lose it on the way. Rejects with the system's error where there is none. */
  addresses(name: string): Promise<readonly string[]>;
}

const srvTimeoutMs = 2000;

/** @param servers `address[:port]` of DNS servers for SRV; those of the system where left out */
export function systemNames(servers?: readonly string[]): Names {
  return {
    services: async (name) => {
      const resolver = new dns.Resolver({ timeout: srvTimeoutMs, tries: 1 });
      if (servers) resolver.setServers(servers);
      return resolver.resolveSrv(name).catch(() => []);
    },
    addresses: async (name) => {
      const found = await dns.lookup(name, { all: true, order: 'ipv4first' });
      if (found.length === 0) throw Object.assign(new Error(`no address of ${name}`), { code: 'ENOTFOUND' });
      return found.map(({ address }) => address);
    },
  };
}

/**
 * Servers in the order in which they are tried: by priority, then spread by weight as RFC 2782 wants it. The
 * spreading is among boxes: one box keeps its order, so that its calls go where it is registered.
 *
 * @param seed the box's own
 */
export function inOrder(services: readonly Service[], seed: string): readonly Service[] {
  // Weighted rendezvous hashing: the likelihood to come first is in proportion to the weight.
  const delay = ({ name, port, weight }: Service): number => {
    const hash = createHash('sha256').update(`${seed} ${name} ${port}`).digest();
    return -Math.log((hash.readUInt32BE(0) + 1) / 2 ** 32) / (weight + 0.01);
  };
  return services.toSorted((one, other) => one.priority - other.priority || delay(one) - delay(other));
}

export const newSeed = (): string => randomBytes(8).toString('hex');
