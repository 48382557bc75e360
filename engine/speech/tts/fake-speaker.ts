import { VoxboxError } from '../../foundation/index.ts';
import type { Speaker, SpeakOptions, Speech } from '../ports.ts';
import { splitClauses } from '../text/clauses.ts';

const sampleRateHz = 16_000;
const letterMs = 60;

/** A voice that hums 200 Hz, 60 ms a letter: at once, or as late as it is told. For tests and load measurements. */
export class FakeSpeaker implements Speaker {
  /** Clauses that had to be made, in order. */
  readonly made: string[] = [];
  broken = false;
  latencyMs = 0;
  readonly #kept = new Set<string>();
  readonly #ready = new Map<string, Speech>();

  ready(clause: string): Speech | null {
    return this.#ready.get(clause) ?? null;
  }

  async *speak(clause: string, options: SpeakOptions): AsyncGenerator<Speech> {
    this.made.push(clause);
    if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    if (options.signal?.aborted) throw new VoxboxError('aborted', 'the clause was withdrawn');
    if (this.broken) throw new VoxboxError('inference_unavailable', 'the voice has stopped');
    const speech = hum(clause);
    if (this.#kept.has(clause)) this.#ready.set(clause, speech);
    yield speech;
  }

  keep(text: string): void {
    for (const clause of splitClauses(text)) this.#kept.add(clause);
  }

  async prepare(texts: readonly string[], options: SpeakOptions): Promise<void> {
    for (const text of texts) {
      this.keep(text);
      for (const clause of splitClauses(text)) {
        if (this.ready(clause)) continue;
        for await (const piece of this.speak(clause, options)) void piece;
      }
    }
  }
}

function hum(text: string): Speech {
  const samples = Int16Array.from({ length: (text.length * letterMs * sampleRateHz) / 1000 }, (_, i) =>
    Math.round(8000 * Math.sin((2 * Math.PI * 200 * i) / sampleRateHz)),
  );
  return { samples, sampleRateHz };
}
