import type { LiveCall, LiveCalls, LiveEvent } from '../../engine/api/index.ts';

/** Calls in progress, moved by the test's hand. */
export class ScriptedLiveCalls implements LiveCalls {
  #calls: LiveCall[] = [];
  readonly #listeners = new Set<(event: LiveEvent) => void>();

  list(): LiveCall[] {
    return [...this.#calls];
  }

  on(listener: (event: LiveEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  put(call: LiveCall): LiveCall {
    const known = this.#calls.some((other) => other.callId === call.callId);
    this.#calls = known
      ? this.#calls.map((other) => (other.callId === call.callId ? call : other))
      : [...this.#calls, call];
    this.#tell({ type: 'call.updated', call });
    return call;
  }

  interim(callId: string, text: string, speaker: 'caller' | 'staff' = 'caller'): void {
    const field = speaker === 'staff' ? 'staffInterim' : 'interim';
    this.#calls = this.#calls.map((call) => (call.callId === callId ? { ...call, [field]: text } : call));
    this.#tell({ type: 'call.interim', callId, speaker, text });
  }

  remove(callId: string): void {
    this.#calls = this.#calls.filter((call) => call.callId !== callId);
    this.#tell({ type: 'call.removed', callId });
  }

  #tell(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
