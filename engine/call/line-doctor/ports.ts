import type { Clock, Ids, Log } from '../../foundation/index.ts';
import type { Media } from '../../media/index.ts';
import type { SipTrace, Srf } from '../../sip/index.ts';
import type { LineTrunk } from './model.ts';
import type { NetworkProbe } from './network.ts';

/** What the doctor needs of the house. */
export interface LineDoctorPorts {
  readonly srf: Srf;
  /** Every message of the SIP server (`TraceBook`). With an external SIP server nothing comes, and less is found. */
  readonly traces: { listen(listener: (entry: SipTrace) => void): () => void };
  /** Legs for one test, on the addresses and ports that calls use; stopped when the test is over. */
  readonly openMedia: () => Media;
  /** By id; null when there is none. */
  readonly trunk: (id: string) => LineTrunk | null;
  readonly password: (trunkId: string) => string | null;
  /** How the registration fares that the engine keeps for a trunk (`registered`, …); null where it keeps none. */
  readonly registration: (
    trunkId: string,
  ) => { readonly status: string; readonly reason: string | null } | null;
  /** Our address as it is written into the SDP of calls to `peer`, an address literal. */
  readonly mediaAddressFor: (peer: string) => string;
  /** While a test runs, calls that come back through its trunk are to be echoed (`underTest` of the trunk). */
  readonly markUnderTest: (trunkId: string, on: boolean) => void;
  /** What is called where no target is given: a user, a number or a URI; null for `echo`. */
  readonly defaultTarget?: (trunk: LineTrunk) => string | null;
  /** As the SIP server's. */
  readonly tlsTrust?: { readonly ca?: string; readonly verify: boolean };
  /** The system's where left out. */
  readonly network?: NetworkProbe;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly timings?: Partial<LineTimings>;
}

export interface LineTimings {
  /** For a TCP connection, a TLS handshake. */
  readonly connectMs: number;
  /** Each of three tries over UDP. */
  readonly udpTryMs: number;
  /** For the answer to OPTIONS, REGISTER and requests in the call. */
  readonly answerMs: number;
  /** Until the test call is picked up. */
  readonly pickUpMs: number;
  /** Until our tones came back. */
  readonly echoMs: number;
  /** Until the keys came back. */
  readonly keysMs: number;
  /** The call lasts at least so long: some firewalls close late. */
  readonly callMs: number;
}

export const standardTimings: LineTimings = {
  connectMs: 5000,
  udpTryMs: 1000,
  answerMs: 6000,
  pickUpMs: 25_000,
  echoMs: 6000,
  keysMs: 4000,
  callMs: 8000,
};
