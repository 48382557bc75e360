/**
 * drachtio-srf as this product uses it. The package's own types leave out promises and properties that
 * exist, so its surface is told here once.
 */
export interface Srf {
  invite(handler: SrfHandler): Srf;
  options(handler: SrfHandler): Srf;
  register(handler: SrfHandler): Srf;
  /** Answers an INVITE with 200; resolves when that is sent. */
  createUAS(request: SrfRequest, response: SrfResponse, options: SrfAnswer): Promise<SrfDialog>;
  /** Sends an INVITE; resolves with the answer, rejects with `SrfRejection` for a final response other than 2xx. */
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
  readonly protocol: string;
  /** Withdraws an INVITE of ours. */
  cancel(done?: (error: Error | null) => void): void;
  on(event: 'cancel', listener: () => void): this;
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
  send(status: number, content?: SrfContent, sent?: (error: unknown) => void): void;
  send(status: number, reason: string, content?: SrfContent, sent?: (error: unknown) => void): void;
}

export interface SrfAnswer {
  readonly localSdp: string;
  readonly headers?: SrfHeaders;
}

export interface SrfCall {
  readonly localSdp: string;
  readonly headers?: SrfHeaders;
  readonly callingNumber?: string;
  readonly callingName?: string;
  /** Next hop instead of the URI's host. */
  readonly proxy?: string;
  readonly auth?: SrfCredentials;
}

export interface SrfProgress {
  readonly cbRequest?: (error: Error | null, request: SrfRequest) => void;
  readonly cbProvisional?: (response: SrfResponse) => void;
}

/** What `createUAC` rejects with. */
export interface SrfRejection extends Error {
  readonly status: number;
  readonly reason?: string;
}

export interface SrfDialog {
  readonly id: string;
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly local: { readonly uri: string; readonly sdp: string };
  readonly remote: { readonly uri: string; readonly sdp: string };
  readonly connected: boolean;
  readonly req: SrfRequest;
  /** Hangs up; resolves when the BYE is answered. */
  destroy(options?: { readonly headers?: SrfHeaders }): Promise<unknown>;
  /** re-INVITE; resolves with the other side's description. */
  modify(sdp: string): Promise<string>;
  request(options: {
    readonly method: string;
    readonly headers?: SrfHeaders;
    readonly body?: string;
  }): Promise<SrfResponse>;
  /** The other side hung up, or never acknowledged. */
  on(event: 'destroy', listener: (request: SrfRequest, reason?: string) => void): this;
  on(event: 'ack', listener: (request: SrfRequest) => void): this;
  on(
    event: 'modify' | 'info' | 'refer' | 'notify' | 'message' | 'options' | 'update',
    listener: (request: SrfRequest, response: SrfResponse) => void,
  ): this;
  on(event: 'hold' | 'unhold' | 'refresh', listener: (request: SrfRequest) => void): this;
}
