import type { Clock, Log } from '../../foundation/index.ts';
import type { Srf } from '../srf.ts';

export interface RegistrationOptions {
  /** Names the registration in the log. */
  readonly id: string;
  /** `sip:host[:port][;transport=…]` */
  readonly registrar: string;
  /** Next hop in place of the registrar's host, written likewise. */
  readonly outboundProxy: string | null;
  /** `sip:user@domain` */
  readonly aor: string;
  readonly username: string;
  readonly password: string;
  /** What is asked for; the registrar decides. */
  readonly expiresS: number;
  /** User part of the Contact: the Request-URI of calls that come in. */
  readonly contactUser: string;
  readonly srf: Srf;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 ≤ x < 1, for the spreading of retries. */
  readonly random?: () => number;
  /** Runs something later and returns how to take it back; tests move time by hand. */
  readonly after?: (delayMs: number, run: () => void) => () => void;
  /** Seconds between OPTIONS that keep a NAT's binding open; 0 for none, 25 where left out. */
  readonly keepAliveS?: number;
  /** Where the registrar saw us (Via `received` and `rport`, RFC 3581), each time that it changes. */
  readonly onExternalAddress?: (address: string, port: number) => void;
  readonly onChange: (state: RegistrationState) => void;
}

export interface RegistrationState {
  /** `refused`: the registrar does not want us as we are. `unreachable`: no answer, or not now. */
  readonly status: 'registering' | 'registered' | 'refused' | 'unreachable' | 'stopped';
  /** Since when the status is as it is. */
  readonly sinceMs: number;
  /** When what was granted runs out; null while nothing is. */
  readonly expiresAtMs: number | null;
  readonly nextTryAtMs: number | null;
  /** Of the last final answer; null before the first and where none came. */
  readonly sipStatus: number | null;
  readonly reason: string | null;
  /** Route values for requests that go out through this registrar (RFC 3608), in order; mostly empty. */
  readonly serviceRoute: readonly string[];
  /** Where the registrar saw us. */
  readonly external: { readonly address: string; readonly port: number } | null;
}

export interface Registration {
  state(): RegistrationState;
  /** Registers now, whatever was planned. */
  refresh(): void;
  /** Takes the binding back (Expires 0) and ends. Never rejects; idempotent. */
  stop(): Promise<void>;
}
