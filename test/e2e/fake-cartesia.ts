import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A service that speaks and copies voices, on the loopback, by the addresses and bodies of Cartesia's interface. */
export class FakeCartesia {
  /** Ids of the voices that were copied and not deleted since, with their names. */
  readonly copies = new Map<string, string>();
  /** What was to be said, and in which voice. */
  readonly said: { readonly text: string; readonly voice: string; readonly speed: number }[] = [];
  /** While true, every request is answered with 500. */
  broken = false;
  /** Requests that were answered so. */
  failed = 0;
  /** Largest body of a voice to be copied so far. */
  sampleBytes = 0;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const { method, url = '' } = request;
    if (this.broken) {
      this.failed += 1;
      response.writeHead(500).end('{"message":"out of order"}');
      return;
    }
    if (request.headers.authorization !== 'Bearer good-key') return void response.writeHead(401).end();
    if (method === 'POST' && url === '/voices/clone') return this.#clone(body, response);
    if (method === 'POST' && url === '/tts/bytes') return this.#speak(body, response);
    if (method === 'DELETE' && url.startsWith('/voices/')) {
      response.writeHead(this.copies.delete(decodeURIComponent(url.slice(8))) ? 204 : 404).end();
      return;
    }
    response.writeHead(404).end();
  }

  #clone(body: Buffer, response: ServerResponse): void {
    const name = /name="name"\r\n\r\n([^\r]*)/.exec(body.toString('latin1'))?.[1];
    if (!name || !body.includes('RIFF')) return void response.writeHead(422).end();
    this.sampleBytes = Math.max(this.sampleBytes, body.length);
    const id = `voice-${this.copies.size + 1}`;
    this.copies.set(id, name);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id }));
  }

  /** A second of a deep tone for every ten letters. */
  #speak(body: Buffer, response: ServerResponse): void {
    const {
      transcript,
      voice,
      generation_config: how,
    } = JSON.parse(body.toString()) as {
      transcript: string;
      voice: { id: string };
      generation_config?: { speed?: number };
    };
    this.said.push({ text: transcript, voice: voice.id, speed: how?.speed ?? 1 });
    const tone = Int16Array.from({ length: transcript.length * 1600 }, (_, i) =>
      Math.round(9000 * Math.sin((2 * Math.PI * 150 * i) / 16_000)),
    );
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(Buffer.from(tone.buffer));
  }
}
