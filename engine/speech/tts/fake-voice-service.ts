import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type VoiceFault =
  | 'none'
  /** HTTP statuses. */
  | 401
  | 404
  | 429
  | 500
  /** Never answers. */
  | 'hang'
  /** The answer begins, its first sound is late. */
  | 'slow'
  /** Breaks off after a third of the sound. */
  | 'half'
  /** Stops after a third of the sound, and keeps the connection. */
  | 'stall'
  /** An answer of 200 that is no sound. */
  | 'json'
  | 'empty';

interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const sampleRateHz = 16_000;

/**
 * Speaks the HTTP interfaces of Cartesia and ElevenLabs on the loopback, as far as they are used: a stream of
 * 16-bit samples (a 300 Hz tone, 50 ms a letter), voices copied and deleted.
 */
export class FakeVoiceService {
  fault: VoiceFault = 'none';
  slowMs = 1000;
  readonly asked: Asked[] = [];
  /** Loudness of the tone, of full scale 32768. */
  amplitude = 3000;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    const path = request.url ?? '';
    this.asked.push({ path, headers: request.headers, body });
    if (this.fault === 'hang') return;
    if (typeof this.fault === 'number') {
      const key = request.headers['xi-api-key'] ?? request.headers.authorization;
      json(response, this.fault, { detail: { status: 'x', message: `refused: ${String(key)}` } });
      return;
    }
    if (this.fault === 'json') return json(response, 200, { ok: true });
    if (path === '/voices/clone') return json(response, 200, { id: 'copied-cartesia' });
    if (path === '/v1/voices/add') {
      return json(response, 200, { voice_id: 'copied-elevenlabs', requires_verification: false });
    }
    if (request.method === 'DELETE') return json(response, 200, { status: 'ok' });
    await this.#speak(response, textOf(body));
  }

  async #speak(response: ServerResponse, text: string): Promise<void> {
    response.writeHead(200, { 'content-type': 'audio/pcm' });
    response.flushHeaders();
    if (this.fault === 'empty') {
      response.end();
      return;
    }
    if (this.fault === 'slow') await new Promise((resolve) => setTimeout(resolve, this.slowMs));
    const length = Math.round(text.length * 0.05 * sampleRateHz);
    const sound = Buffer.alloc(length * 2);
    for (let i = 0; i < length; i++) {
      sound.writeInt16LE(
        Math.round(this.amplitude * Math.sin((2 * Math.PI * 300 * i) / sampleRateHz)),
        i * 2,
      );
    }
    // Pieces of odd length: a sample may be torn.
    const piece = Math.max(1, Math.floor(sound.length / 3)) | 1;
    for (let at = 0; at < sound.length; at += piece) {
      if (at > 0 && this.fault === 'stall') return;
      if (at > 0 && this.fault === 'half') {
        response.destroy();
        return;
      }
      response.write(sound.subarray(at, at + piece));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    response.end();
  }
}

function textOf(body: Buffer): string {
  const { transcript, text } = JSON.parse(String(body)) as { transcript?: string; text?: string };
  return transcript ?? text ?? '';
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
