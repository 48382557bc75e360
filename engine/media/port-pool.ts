import { VoxboxError } from '../foundation/index.ts';

/**
 * Pairs of UDP ports by their even one: RTP, and RTCP on the odd port after it (RFC 3550 §11). Each is given out once at a time. The search starts at a random port and
 * goes round, so that a port just given back is the last to be used again: stray packets of an ended call
 * do not reach the next one.
 */
export class PortPool {
  private readonly ports: readonly number[];
  private readonly taken = new Set<number>();
  private next: number;

  /** @param random 0 ≤ x < 1, chooses where the search starts */
  constructor(portMin: number, portMax: number, random: () => number = Math.random) {
    const first = portMin + (portMin % 2);
    const count = Math.max(0, Math.floor((portMax - first + 1) / 2));
    this.ports = Array.from({ length: count }, (_, index) => first + index * 2);
    this.next = Math.floor(random() * count);
  }

  get free(): number {
    return this.ports.length - this.taken.size;
  }

  /** Null when all are taken. */
  take(): number | null {
    for (let tried = 0; tried < this.ports.length; tried += 1) {
      const port = this.ports[this.next];
      this.next = (this.next + 1) % this.ports.length;
      if (port === undefined || this.taken.has(port)) continue;
      this.taken.add(port);
      return port;
    }
    return null;
  }

  giveBack(port: number): void {
    this.taken.delete(port);
  }

  /**
   * Takes a port that can be bound, passing over those that other programs hold. On any failure every port it
   * tried is back in the pool.
   * @throws VoxboxError `capacity_reached` when none is left; whatever `bind` rejects with, other than a busy port
   */
  async takeBound<T>(bind: (port: number) => Promise<T>): Promise<T> {
    const busy: number[] = [];
    try {
      for (let port = this.take(); port !== null; port = this.take()) {
        try {
          return await bind(port);
        } catch (error) {
          busy.push(port);
          if (!isBusyPort(error)) throw error;
        }
      }
      throw new VoxboxError('capacity_reached', 'no RTP port is free');
    } finally {
      for (const port of busy) this.giveBack(port);
    }
  }
}

/** EACCES is what Windows says of ports reserved for others. */
const isBusyPort = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
