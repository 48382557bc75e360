import { parseUri } from '../message/uri.ts';
import { probeOptions } from '../registration/probe.ts';
import type { Srf } from '../srf.ts';
import type { Binding } from './model.ts';
import { nextHopOf, type Registrar } from './registrar.ts';

/** Routers forget a way over UDP after half a minute (RFC 5626 §4.4.2 wants 24 to 29 s). */
const usualRoundMs = 25_000;
/** Each round is spread over so many steps, so that a full house is no burst. */
const steps = 25;

/**
 * Keeps the way open to phones that sit behind a router elsewhere, which could be called for half a minute after
 * each REGISTER else: they are asked with OPTIONS. Phones on TCP and TLS have a connection that lasts.
 */
export function keepPhonesReachable(options: {
  readonly registrar: Pick<Registrar, 'bindings'>;
  readonly srf: Srf;
  readonly roundMs?: number;
}): { stop(): void } {
  const { registrar, srf, roundMs = usualRoundMs } = options;
  let step = 0;
  const timer = setInterval(() => {
    step = (step + 1) % steps;
    const away = registrar.bindings().filter(isBehindNat);
    for (const binding of away.filter((_, index) => index % steps === step)) {
      const proxy = nextHopOf(binding);
      // Whatever it answers: what counts is that the request has gone out.
      void probeOptions(srf, { uri: binding.contact, proxy, timeoutMs: roundMs });
    }
  }, roundMs / steps);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** It names another address than the one that it registered from. */
function isBehindNat({ contact, flow }: Binding): boolean {
  const host = parseUri(contact)?.host;
  return flow.startsWith('udp/') && host !== parseUri(nextHopOf({ flow }))?.host;
}
