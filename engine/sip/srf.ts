/**
 * drachtio-srf as this product uses it. The package's own types leave out promises and properties that
 * exist, so its surface is told here once.
 */
export interface Srf {
  invite(handler: SrfHandler): Srf;
  options(handler: SrfHandler): Srf;
  register(handler: SrfHandler): Srf;
  /** Requests that belong to no dialog of the application: also a NOTIFY that comes after the BYE. */
  subscribe(handler: SrfHandler): Srf;
  notify(handler: SrfHandler): Srf;
  refer(handler: SrfHandler): Srf;
  message(handler: SrfHandler): Srf;
  /** Answers an INVITE with 200 (a SUBSCRIBE with 202); resolves when that is sent. */
  createUAS(request: SrfRequest, response: SrfResponse, options: SrfAnswer): Promise<SrfDialog>;
  /**
   * Sends an INVITE; resolves with the answer, rejects with `SrfRejection` for a final response other than
   * 2xx. Without `localSdp` the other side makes the offer; the package answers it with a `recvonly` copy
   * unless `noAck` is set.
   */
  createUAC(
    uri: string,
    options: SrfCall & { readonly noAck: true },
    progress?: SrfProgress,
  ): Promise<SrfLateOffer>;
  createUAC(uri: string, options: SrfCall, progress?: SrfProgress): Promise<SrfDialog>;
  request(
    uri: string,
    options: {
      readonly method: string;
      readonly headers?: SrfHeaders;
      readonly body?: string;
      readonly proxy?: string;
      readonly auth?: SrfCredentials;
    },
    sent: (error: Error | null, request: SrfRequest) => void,
  ): void;
  on(event: 'error' | 'close' | 'reconnecting', listener: (detail: unknown) => void): this;
  /** Leaves the server for good. */
  disconnect(): void;
}

export type SrfHandler = (request: SrfRequest, response: SrfResponse) => void;
/** The package writes into the headers it is given: give each message its own. */
export type SrfHeaders = Record<string, string>;

export interface SrfCredentials {
  readonly username: string;
  readonly password: string;
}

interface SrfMessage {
  readonly body: string;
  get(header: string): string | undefined;
  has(header: string): boolean;
}

export interface SrfRequest extends SrfMessage {
  readonly method: string;
  readonly uri: string;
  readonly source_address: string;
  readonly source_port: number;
  /** `udp`, `tcp` or `tls`. */
  readonly protocol: string;
  /** Withdraws an INVITE of ours. */
  cancel(done?: (error: Error | null) => void): void;
  on(event: 'cancel', listener: () => void): this;
  /** An UPDATE before the INVITE is answered; without a listener the package refuses it with 500. */
  on(event: 'update', listener: (request: SrfRequest, response: SrfResponse) => void): this;
  on(event: 'response', listener: (response: SrfResponse, ack: (options?: object) => void) => void): this;
}

export interface SrfContent {
  readonly headers?: SrfHeaders;
  readonly body?: string;
}

export interface SrfResponse extends SrfMessage {
  readonly status: number;
  readonly reason: string;
  readonly finalResponseSent: boolean;
  /** What it answers; of a request of ours as the server has sent it. */
  readonly req: SrfRequest;
  /** @param acknowledged told of the PRACK of a provisional sent with `Require: 100rel` */
  send(
    status: number,
    content?: SrfContent,
    sent?: ((error: unknown) => void) | null,
    acknowledged?: (prack: SrfRequest) => void,
  ): void;
  send(status: number, reason: string, content?: SrfContent, sent?: (error: unknown) => void): void;
}

export interface SrfAnswer {
  /** The answer; where the INVITE had no body, our offer, and the answer comes as the body of the ACK. */
  readonly localSdp: string;
  readonly headers?: SrfHeaders;
}

export interface SrfCall {
  /** Our offer; left out for a late offer by the other side. */
  readonly localSdp?: string;
  /** INVITE where left out. */
  readonly method?: 'INVITE' | 'SUBSCRIBE';
  readonly headers?: SrfHeaders;
  readonly callingNumber?: string;
  readonly callingName?: string;
  /** Next hop instead of the URI's host. */
  readonly proxy?: string;
  readonly auth?: SrfCredentials;
}

/** An answered INVITE without offer: the other side's offer, to be answered with `ack`. */
export interface SrfLateOffer {
  readonly sdp: string;
  ack(localSdp: string): Promise<SrfDialog>;
  /** Acknowledges and hangs up. */
  destroy(): Promise<void>;
}

export interface SrfProgress {
  readonly cbRequest?: (error: Error | null, request: SrfRequest) => void;
  readonly cbProvisional?: (response: SrfResponse) => void;
}

/** What `createUAC` rejects with. */
export interface SrfRejection extends Error {
  readonly status: number;
  readonly reason?: string;
  /** The response; for one that the server made up itself too. */
  readonly res?: SrfResponse;
}

export interface SrfDialog {
  readonly id: string;
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly local: { readonly uri: string; readonly sdp: string };
  readonly remote: { readonly uri: string; readonly sdp: string };
  readonly connected: boolean;
  readonly req: SrfRequest;
  /** Hangs up; resolves when the BYE is answered. */
  destroy(options?: { readonly headers?: SrfHeaders; readonly auth?: SrfCredentials }): Promise<unknown>;
  /**
   * re-INVITE; resolves with the other side's description. The package never runs a second one after one
   * that was refused: use `request` with method INVITE where a refusal is possible.
   */
  modify(sdp: string, options?: { readonly headers?: SrfHeaders }): Promise<string>;
  /** Any other request, or an INVITE; resolves with the final response, whatever its status. */
  request(options: {
    readonly method: string;
    readonly headers?: SrfHeaders;
    readonly body?: string;
    readonly auth?: SrfCredentials;
  }): Promise<SrfResponse>;
  /** The other side hung up, or never acknowledged. */
  on(event: 'destroy', listener: (request: SrfRequest, reason?: string) => void): this;
  on(event: 'ack', listener: (request: SrfRequest) => void): this;
  on(
    event: 'modify' | 'info' | 'refer' | 'notify' | 'message' | 'options' | 'update' | 'subscribe',
    listener: (request: SrfRequest, response: SrfResponse) => void,
  ): this;
  /** `refresh`: a re-INVITE that changes nothing (RFC 4028), answered by the package. */
  on(event: 'hold' | 'unhold' | 'refresh', listener: (request: SrfRequest) => void): this;
}
