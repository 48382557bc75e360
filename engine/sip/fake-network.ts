import type { Schedule } from './transaction/schedule.ts';
import type { Flow } from './transport/flow.ts';
import type { Transport } from './transport/transport.ts';

/** Time that tests move by hand. */
export class FakeSchedule implements Schedule {
  nowMs = 0;
  #due: { readonly atMs: number; readonly run: () => void }[] = [];

  get pending(): number {
    return this.#due.length;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { atMs: this.nowMs + delayMs, run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  advance(byMs: number): void {
    const untilMs = this.nowMs + byMs;
    for (;;) {
      const next = this.#due.filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = untilMs;
  }
}

/** A flow that keeps what is sent; nothing leaves the process. */
export function fakeFlow(options: { readonly reliable?: boolean } = {}): Flow & { readonly sent: string[] } {
  const sent: string[] = [];
  const reliable = options.reliable ?? false;
  return {
    sent,
    peer: { transport: reliable ? 'tcp' : 'udp', address: '192.0.2.99', port: 5060 },
    local: { address: '192.0.2.1', port: 5060 },
    reliable,
    isOpen: () => true,
    send: (octets) => void sent.push(octets.toString('latin1')),
  };
}

/** Leads everything to one flow. */
export const fakeTransport = (flow: Flow): Transport => ({
  port: 5060,
  tlsPort: null,
  datagramFlow: () => flow,
  placesOf: async () => [flow.peer],
  flowTo: async () => flow,
  stop: async () => {},
});
