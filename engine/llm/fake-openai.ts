import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type LlmFault =
  | 'none'
  /** HTTP statuses. */
  | 400
  | 401
  | 429
  | 500
  /** Never answers. */
  | 'hang'
  /** Connected, but the first word is late. */
  | 'slow'
  /** Some words, then the connection breaks. */
  | 'half'
  /** Some words, then an end without a finish. */
  | 'unfinished'
  /** Some words, then nothing. */
  | 'stall'
  | 'bad-json'
  /** Bad arguments of a tool. */
  | 'bad-tool'
  | 'empty'
  /** An error within the stream. */
  | 'error';

export interface AskedChat {
  readonly path: string;
  readonly key: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Speaks OpenAI's streamed chat completions on the loopback. */
export class FakeOpenAi {
  fault: LlmFault = 'none';
  slowMs = 1000;
  answer = 'We are open until six.';
  /** In place of the answer. */
  tool: { readonly name: string; readonly arguments: string } | null = null;
  readonly asked: AskedChat[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  /** @returns the base URL */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    const { url: path = '', headers } = request;
    const asked = JSON.parse(String(body)) as Record<string, unknown>;
    this.asked.push({ path, key: headers.authorization, body: asked });
    if (this.fault === 'hang') return;
    if (typeof this.fault === 'number') {
      const error = { message: `Incorrect API key: ${headers.authorization}`, type: 'x', code: null };
      response.writeHead(this.fault, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    if (this.fault === 'slow') await pause(this.slowMs);
    await this.#stream(response);
  }

  async #stream(response: ServerResponse): Promise<void> {
    const send = (data: unknown): boolean => response.write(`data: ${JSON.stringify(data)}\n\n`);
    const choose = (delta: unknown, finish: string | null = null): boolean =>
      send({
        id: 'c',
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta, finish_reason: finish }],
      });
    choose({ role: 'assistant', content: '' });
    if (this.fault === 'bad-json') response.write('data: {"choices":[\n\n');
    if (this.fault === 'error') send({ error: { message: 'The model has crashed.' } });
    if (this.tool) {
      const json = this.fault === 'bad-tool' ? '{"when":' : this.tool.arguments;
      const half = Math.ceil(json.length / 2);
      choose({
        tool_calls: [
          { index: 0, id: 't', type: 'function', function: { name: this.tool.name, arguments: '' } },
        ],
      });
      for (const part of [json.slice(0, half), json.slice(half)]) {
        choose({ tool_calls: [{ index: 0, function: { arguments: part } }] });
      }
    } else if (this.fault !== 'empty') {
      for (const [at, word] of this.answer.split(/(?<=\s)/).entries()) {
        if (at === 2 && this.fault === 'stall') return;
        if (at === 2 && this.fault === 'half') {
          response.destroy();
          return;
        }
        choose({ content: word });
        await pause(1);
      }
    }
    if (this.fault === 'unfinished') {
      response.end();
      return;
    }
    choose({}, this.tool ? 'tool_calls' : 'stop');
    const usage = { prompt_tokens: 9, completion_tokens: 6, prompt_tokens_details: { cached_tokens: 4 } };
    send({ id: 'c', object: 'chat.completion.chunk', choices: [], usage });
    response.end('data: [DONE]\n\n');
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
