import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

export type DeepgramFault =
  | 'none'
  /** HTTP statuses in place of the upgrade. */
  | 401
  | 429
  /** The upgrade is never answered. */
  | 'hang'
  /** Connected, and silent ever after. */
  | 'mute'
  | 'bad-json'
  /** Closes when it is asked for the words. */
  | 'close'
  /** Tells the first words, then closes. */
  | 'half';

const sampleRateHz = 16_000;

/**
 * Speaks Deepgram's streaming protocol on the loopback: linear16 in, interim results every 320 ms of audio, final
 * ones when a Finalize asks for them, with the audio times a client goes by.
 */
export class FakeDeepgram {
  /** The words of the stretch that is being sent, by its number since the start. */
  words: (stretch: number) => string = () => 'hello there';
  fault: DeepgramFault = 'none';
  /** Of a Finalize. */
  answerAfterMs = 0;
  connections = 0;
  readonly queries: URLSearchParams[] = [];
  readonly keys: (string | undefined)[] = [];
  readonly controls: string[] = [];
  /** Samples of all stretches. */
  samples = 0;
  readonly #server = createServer();
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #hanging: Duplex[] = [];

  async start(): Promise<string> {
    this.#server.on('upgrade', (request, socket, head) => {
      this.connections++;
      this.queries.push(new URL(request.url ?? '', 'http://x').searchParams);
      this.keys.push(request.headers.authorization);
      if (this.fault === 'hang') {
        this.#hanging.push(socket);
        return;
      }
      if (typeof this.fault === 'number') {
        const body = JSON.stringify({ err_code: 'X', err_msg: 'Invalid credentials.' });
        socket.end(
          `HTTP/1.1 ${this.fault} No\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
        );
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.#serve(client, request));
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const client of this.#sockets.clients) client.terminate();
  }

  async stop(): Promise<void> {
    this.cut();
    for (const socket of this.#hanging) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(client: WebSocket, request: IncomingMessage): void {
    if (!request.url?.startsWith('/v1/listen?')) client.close(1008);
    let total = 0;
    let from = 0;
    let stretch = 0;
    const tell = (text: string, to: number, isFinal: boolean): void => {
      client.send(
        JSON.stringify({
          type: 'Results',
          channel_index: [0, 1],
          start: from / sampleRateHz,
          duration: (to - from) / sampleRateHz,
          is_final: isFinal,
          speech_final: false,
          from_finalize: isFinal,
          channel: { alternatives: [{ transcript: text, confidence: text ? 0.97 : 0, words: [] }] },
          metadata: { request_id: 'fake' },
        }),
      );
    };
    const finalize = (to: number): void => {
      if (this.fault === 'bad-json') client.send('{"type":"Results",');
      if (this.fault === 'close') client.close(1011, 'NET-0001');
      // Nothing new was heard: nothing is told.
      if (this.fault !== 'none' || to === from) return;
      tell(this.words(stretch), to, true);
      from = to;
      stretch++;
    };
    client.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) {
        const { type } = JSON.parse(String(data)) as { type: string };
        this.controls.push(type);
        if (type === 'CloseStream') client.close(1000);
        if (type === 'Finalize') setTimeout(finalize, this.answerAfterMs, total);
        return;
      }
      const before = total;
      total += data.length / 2;
      this.samples += data.length / 2;
      const step = sampleRateHz * 0.32;
      if (Math.floor(before / step) === Math.floor(total / step) || this.fault === 'mute') return;
      const words = this.words(stretch).split(' ');
      tell(words.slice(0, Math.ceil(words.length / 2)).join(' '), total, false);
      if (this.fault === 'half') client.terminate();
    });
  }
}
