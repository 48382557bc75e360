import type { Clock } from '../../foundation/index.ts';
import { sourceKey } from './source.ts';

/** What the registrar keeps, as far as the defence reads it. */
export interface Registrations {
  readonly load: () => readonly { readonly flow: string; readonly expiresAtMs: number }[];
  /** Told after each change. */
  readonly onChange: (listener: () => void) => () => void;
}

export interface RegisteredSources {
  /** @param key of `sourceKey` */
  has(key: string): boolean;
  stop(): void;
}

/** Where phones are signed in from. Read once after each change: a flood of new addresses costs no query each. */
export function followRegistrations({ load, onChange }: Registrations, clock: Clock): RegisteredSources {
  let until: Map<string, number> | null = null;
  const stop = onChange(() => {
    until = null;
  });
  return {
    has: (key) => {
      until ??= latestByAddress(load());
      return (until.get(key) ?? 0) > clock.nowMs();
    },
    stop,
  };
}

function latestByAddress(bindings: ReturnType<Registrations['load']>): Map<string, number> {
  const until = new Map<string, number>();
  for (const { flow, expiresAtMs } of bindings) {
    // "udp/192.0.2.1:5060" or "udp/[2001:db8::1]:5060".
    const address = /^[a-z]+\/(?:\[([^\]]+)\]|([^:]+)):\d+$/i.exec(flow);
    const key = sourceKey(address?.[1] ?? address?.[2] ?? '');
    until.set(key, Math.max(until.get(key) ?? 0, expiresAtMs));
  }
  return until;
}
