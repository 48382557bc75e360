/**
 * A SIP message (RFC 3261 §7) as data. Header text is held one character per octet (latin1), so that what
 * is echoed in a response, or handed to the application, is the sender's text octet for octet.
 * `Content-Length` is never among the headers: it belongs to the framing and is written when serialising.
 */
export interface Header {
  /** Long form in its usual spelling; unknown names as they were written. */
  readonly name: string;
  /** Unfolded, without surrounding white space. */
  readonly value: string;
}

export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

export interface SipResponse {
  readonly kind: 'response';
  /** 100–699. */
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

export type SipMessage = SipRequest | SipResponse;

/** What is wrong with a message, as the status that a request of that kind is answered with. */
export interface Problem {
  readonly status: number;
  readonly reason: string;
}

/** Longest message in octets, start line to end of body; a longer one is refused with 513. */
export const maxMessageBytes = 65_536;

/** Longest start line and header section in octets. More is no telephone's, and reading it would keep others waiting. */
export const maxHeadBytes = 24_576;
