import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { faultOf, faultOfStatus, type Service, urlOf, VoxboxError } from '../../foundation/index.ts';

/** What Deepgram tells of a stretch of the audio that was sent (developers.deepgram.com, "listen/v1"). */
export interface DeepgramResult {
  /** In samples since the connection began. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly confidence: number;
  /** It will not change any more. */
  readonly isFinal: boolean;
  /** The last one that a Finalize has brought about. */
  readonly fromFinalize: boolean;
}

export interface ConnectionListener {
  /** @returns whether it is its own */
  result(result: DeepgramResult): boolean;
  failed(error: unknown): void;
}

export interface ConnectionOptions {
  readonly service: Service;
  readonly model: string;
  readonly language: string;
  readonly connectMs: number;
  readonly keepAliveMs: number;
}

const sampleRateHz = 16_000;

/** One WebSocket to Deepgram. Audio that comes before it is open waits; once it has failed it stays so. */
export class DeepgramConnection {
  readonly #options: ConnectionOptions;
  readonly #socket: WebSocket;
  readonly #keepAlive: NodeJS.Timeout;
  /** The latest first: a result belongs to the latest utterance that it reaches into. */
  #listeners: ConnectionListener[] = [];
  #waiting: (Buffer | string)[] = [];
  #position = 0;
  #quiet = true;
  #failure: VoxboxError | null = null;

  /** @throws VoxboxError `provider_request_refused` for an address that is none */
  constructor(options: ConnectionOptions) {
    const { service, model, language, connectMs, keepAliveMs } = options;
    this.#options = options;
    const url = urlOf(service, '/v1/listen');
    url.search = new URLSearchParams({
      ...{ model, language, encoding: 'linear16', sample_rate: String(sampleRateHz), channels: '1' },
      ...{ interim_results: 'true', punctuate: 'true', numerals: 'true' },
      // We say where speech ends: only a Finalize makes words final.
      endpointing: 'false',
    }).toString();
    this.#socket = new WebSocket(url, {
      headers: service.key ? { Authorization: `Token ${service.key}` } : {},
      handshakeTimeout: connectMs,
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: 1024 * 1024,
    });
    this.#socket.on('open', () => {
      for (const message of this.#waiting.splice(0)) this.#socket.send(message);
    });
    this.#socket.on('message', (data, isBinary) => {
      if (!isBinary) this.#receive(String(data));
    });
    this.#socket.on('unexpected-response', (_request, response) => void this.#refused(response));
    this.#socket.on('error', (error) => this.#fail(faultOf(service, error)));
    this.#socket.on('close', (code, reason) => {
      const why = [code, String(reason)].filter(Boolean).join(' ');
      this.#fail(new VoxboxError('provider_unreachable', `${service.name} closed the connection (${why})`));
    });
    // Without a word for 10 s Deepgram closes the connection.
    this.#keepAlive = setInterval(() => {
      if (this.#quiet) this.#send(JSON.stringify({ type: 'KeepAlive' }));
      this.#quiet = true;
    }, keepAliveMs).unref();
  }

  get failure(): VoxboxError | null {
    return this.#failure;
  }

  /** Samples sent so far. */
  get position(): number {
    return this.#position;
  }

  listen(listener: ConnectionListener): void {
    this.#listeners.unshift(listener);
  }

  leave(listener: ConnectionListener): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  /** 16 kHz mono, −1…1. @returns the position after it */
  sendAudio(samples: Float32Array): number {
    const pcm = Buffer.allocUnsafe(samples.length * 2);
    for (let i = 0; i < samples.length; i++) {
      const sample = Math.max(-1, Math.min(1, samples[i] ?? 0));
      pcm.writeInt16LE(Math.round(sample * 32767), i * 2);
    }
    this.#send(pcm);
    this.#quiet = false;
    this.#position += samples.length;
    return this.#position;
  }

  finalize(): void {
    this.#send(JSON.stringify({ type: 'Finalize' }));
  }

  /** Idempotent; listeners hear nothing of it. */
  close(): void {
    this.#listeners = [];
    clearInterval(this.#keepAlive);
    this.#failure ??= new VoxboxError('aborted', 'the connection is not needed any more');
    if (this.#socket.readyState === WebSocket.OPEN)
      this.#socket.send(JSON.stringify({ type: 'CloseStream' }));
    this.#socket.close();
  }

  #send(message: Buffer | string): void {
    if (this.#failure) return;
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(message);
    else if (typeof message !== 'string' || !message.includes('KeepAlive')) this.#waiting.push(message);
  }

  #receive(text: string): void {
    let result: DeepgramResult | null;
    try {
      result = readResult(text);
    } catch (cause) {
      const { name } = this.#options.service;
      this.#fail(new VoxboxError('provider_failed', `${name} sent what cannot be read`, { cause }));
      return;
    }
    if (result) for (const listener of this.#listeners) if (listener.result(result)) return;
  }

  async #refused(response: IncomingMessage): Promise<void> {
    let said = '';
    response.setEncoding('utf8');
    try {
      for await (const piece of response) said += said.length < 2000 ? piece : '';
    } catch {
      // The status is enough.
    }
    this.#fail(faultOfStatus(this.#options.service, response.statusCode ?? 500, said));
  }

  #fail(failure: VoxboxError): void {
    clearInterval(this.#keepAlive);
    this.#socket.terminate();
    if (this.#failure) return;
    this.#failure = failure;
    this.#waiting = [];
    for (const listener of [...this.#listeners]) listener.failed(failure);
  }
}

interface ResultsMessage {
  readonly type?: unknown;
  readonly start?: unknown;
  readonly duration?: unknown;
  readonly is_final?: unknown;
  readonly from_finalize?: unknown;
  readonly description?: unknown;
  readonly channel?: {
    readonly alternatives?: readonly { readonly transcript?: unknown; readonly confidence?: unknown }[];
  };
}

/** Null for messages that tell no words. @throws for what is no message of Deepgram's */
function readResult(text: string): DeepgramResult | null {
  const message = JSON.parse(text) as ResultsMessage | null;
  if (typeof message?.type !== 'string') throw new Error('a message without a type');
  if (message.type === 'Error') throw new Error(String(message.description));
  if (message.type !== 'Results') return null;
  const { start, duration, is_final: isFinal, from_finalize: fromFinalize } = message;
  const best = message.channel?.alternatives?.[0];
  if (typeof start !== 'number' || typeof duration !== 'number' || typeof best?.transcript !== 'string') {
    throw new Error('a result without words or times');
  }
  return {
    from: Math.round(start * sampleRateHz),
    to: Math.round((start + duration) * sampleRateHz),
    text: best.transcript.trim(),
    confidence: typeof best.confidence === 'number' ? best.confidence : 0,
    isFinal: isFinal === true,
    fromFinalize: fromFinalize === true,
  };
}
