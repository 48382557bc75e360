import type { TransportName } from '../../sip/index.ts';

/** What the doctor has to know of a trunk. */
export interface LineTrunk {
  readonly id: string;
  readonly name: string;
  /** `registration`: the box signs in at the carrier; otherwise the carrier knows it by address or password. */
  readonly kind: 'address' | 'digest' | 'registration';
  /** Name or address that requests go to; null where the trunk can only ring the box. */
  readonly host: string | null;
  readonly port: number | null;
  readonly transport: TransportName;
  readonly outboundProxy: string | null;
  /** Who signs in; null where no password is used. */
  readonly authUsername: string | null;
  readonly codecs: readonly LineCodec[];
  readonly srtp: 'off' | 'optional' | 'required';
  readonly dtmf: 'rfc4733' | 'info' | 'inband';
  readonly callerId: string | null;
}

export type LineCodec = 'PCMU' | 'PCMA' | 'G722' | 'opus';

/** The steps of a test, in the order in which one explains the next. */
export const lineChecks = [
  'name',
  'port',
  'certificate',
  'account',
  'registration',
  'call',
  'codec',
  'encryption',
  'acknowledgement',
  'address',
  'audio-in',
  'audio-out',
  'audio-lasts',
  'keys',
  'transfer',
] as const;
export type LineCheck = (typeof lineChecks)[number];

/**
 * What can be found. `all-well` is told only when every check passed or did not apply; `not-fully-tested`
 * when nothing is wrong as far as it could be seen.
 */
export type LineFault =
  | 'no-host'
  | 'name-unresolved'
  | 'port-blocked'
  | 'certificate-expired'
  | 'certificate-untrusted'
  | 'certificate-wrong-name'
  | 'tls-failed'
  | 'unknown-user'
  | 'wrong-password'
  | 'registration-refused'
  | 'no-registration'
  | 'number-unknown'
  | 'call-refused'
  | 'call-unanswered'
  | 'codec-mismatch'
  | 'srtp-refused'
  | 'acknowledgement-lost'
  | 'wrong-public-address'
  | 'wrong-peer-address'
  | 'no-audio'
  | 'one-way-audio-in'
  | 'one-way-audio-out'
  | 'audio-stops'
  | 'dtmf-not-agreed'
  | 'dtmf-lost'
  | 'refer-refused'
  | 'not-fully-tested'
  | 'all-well';

export interface Finding {
  readonly fault: LineFault;
  /** `fault`: calls fail or are spoilt; `warning`: they work, but something will be missed. */
  readonly severity: 'fault' | 'warning' | 'none';
  /** One plain sentence: what is wrong and what to do. */
  readonly sentence: string;
  /** What was seen, a line each. */
  readonly evidence: readonly string[];
}

export interface CheckResult {
  readonly check: LineCheck;
  /** `skipped`: does not apply to this trunk, or an earlier failure explains it; `unknown`: could not be seen. */
  readonly state: 'passed' | 'warned' | 'failed' | 'skipped' | 'unknown';
  /** In a few words, for lists. */
  readonly note: string;
}

export interface Diagnosis {
  readonly verdict: 'well' | 'warning' | 'fault';
  readonly headline: Finding;
  /** Everything that was found, by cause: the headline first. */
  readonly findings: readonly Finding[];
  readonly checks: readonly CheckResult[];
}

export interface HostPort {
  readonly address: string;
  readonly port: number;
}

/** What was seen of a trunk. Null: that step was not reached, or does not apply. */
export interface Observations {
  readonly trunk: LineTrunk;
  readonly target: string | null;
  /** Where requests go: the outbound proxy, else the host. */
  readonly next: { readonly host: string; readonly port: number } | null;
  readonly name: { readonly addresses: readonly string[]; readonly trouble: string | null } | null;
  readonly port: PortSeen | null;
  readonly certificate: CertificateSeen | null;
  readonly options: OptionsSeen | null;
  readonly account: AccountSeen | null;
  readonly call: CallSeen | null;
}

export interface PortSeen {
  /** True for any SIP answer over UDP, for a connection over TCP and TLS. */
  readonly open: boolean;
  /** `refused`: told that nobody listens; `silent`: nothing came back. */
  readonly trouble: 'refused' | 'silent' | 'unreachable' | null;
  readonly rttMs: number | null;
}

export interface CertificateSeen {
  readonly trouble: 'expired' | 'not-yet-valid' | 'untrusted' | 'wrong-name' | 'handshake' | null;
  /** In the words of the TLS library. */
  readonly detail: string;
  readonly subject: string | null;
  readonly issuer: string | null;
  readonly validUntil: string | null;
}

export interface OptionsSeen {
  /** Null: no answer. */
  readonly status: number | null;
  readonly rttMs: number | null;
  readonly allow: readonly string[] | null;
}

/** A REGISTER that asks for the bindings and changes none (RFC 3261 §10.2.3), and how the engine's own registration fares. */
export interface AccountSeen {
  /** Status of the last answer; null: none came. */
  readonly status: number | null;
  readonly reason: string | null;
  /** The carrier asked for a password. */
  readonly challenged: boolean;
  /** Contacts that the carrier holds for us; null where the answer was no 200. */
  readonly contacts: readonly string[] | null;
  /** State of the registration that the engine keeps; null where it keeps none. */
  readonly kept: { readonly status: string; readonly reason: string | null } | null;
}

export interface CallSeen {
  readonly outcome: 'answered' | 'refused' | 'unanswered' | 'unusable-answer' | 'failed';
  /** Final status; null where none came. */
  readonly status: number | null;
  readonly reason: string | null;
  /** Value of Warning (RFC 3261 §20.43), or what went wrong here. */
  readonly warning: string | null;
  /** A password was asked for, and ours given. */
  readonly challenged: boolean;
  readonly offered: { readonly codecs: readonly string[]; readonly srtp: boolean; readonly audio: HostPort };
  /** The other side's description as it came. */
  readonly answered: {
    readonly audio: HostPort | null;
    readonly formats: readonly string[];
    readonly codec: string | null;
    readonly srtp: boolean;
    readonly dtmf: boolean;
  } | null;
  /** What a plainer offer got after a refusal; null where none was tried. */
  readonly retry: {
    readonly with: 'plain-rtp' | 'all-codecs';
    readonly status: number | null;
    readonly codec: string | null;
  } | null;
  /** Where the carrier's answers come from, and where it sees us. */
  readonly peer: string | null;
  readonly seenAs: string | null;
  /** The 200 came again although it was acknowledged. */
  readonly answersRepeated: number;
  /** `address:port` that the ACK went to, where that is not where the answer came from (RFC 3261 §12.1.2). */
  readonly acknowledgedElsewhere: string | null;
  /** The other side hung up before the test was over. */
  readonly hungUpEarly: boolean;
  readonly audio: AudioSeen | null;
  readonly keys: { readonly sent: string; readonly returned: string } | null;
  readonly allow: readonly string[] | null;
  /** Answer to a REFER of ours; null where none was sent. */
  readonly refer: { readonly status: number | null } | null;
}

export interface AudioSeen {
  readonly packetsSent: number;
  readonly packetsReceived: number;
  readonly decryptFailures: number;
  /** Where packets really come from; null where that is not known. */
  readonly source: string | null;
  /** Our tones came back. */
  readonly echoed: boolean;
  readonly echoDelayMs: number | null;
  /** Of the other side's RTCP reports, 0–1; null where none came. */
  readonly remoteLossFraction: number | null;
  /** At the end nothing had arrived for this long. */
  readonly quietMs: number;
  readonly lossFraction: number;
  readonly jitterMs: number;
  readonly mos: number | null;
}
