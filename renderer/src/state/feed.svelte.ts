import type {
  BoxStatus,
  CalendarLinkChanged,
  FeedMessage,
  LiveCall,
  ModelProgress,
  RehearsalProgress,
  SourceProgress,
} from '../../../engine/api/contract/index.ts';
import { signInAsked } from '../asking.ts';
import { client } from '../client.ts';

export type Connection = 'connecting' | 'open' | 'lost';
export type StoredEvent = Extract<FeedMessage, { type: 'event.stored' }>['event'];

const firstWaitMs = 500;
const longestWaitMs = 8000;
/** The engine closes with it where nobody is signed in any more, and where they may see something else by now. */
const signedOut = 4401;
const rightsChanged = 4403;

/** The one WebSocket: calls in progress and the box's health, folded from what the feed tells. */
export class Feed {
  connection = $state<Connection>('connecting');
  status = $state.raw<BoxStatus | null>(null);
  calls = $state.raw<readonly LiveCall[]>([]);

  #socket: WebSocket | null = null;
  /** How far each log of events was heard. */
  readonly #positions = new Map<string, number>();
  #waitMs = firstWaitMs;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #onStored = new Set<(event: StoredEvent) => void>();
  readonly #onProgress = new Set<(progress: SourceProgress) => void>();
  readonly #onModel = new Set<(progress: ModelProgress) => void>();
  readonly #onRehearsal = new Set<(progress: RehearsalProgress) => void>();
  readonly #onLink = new Set<(changed: CalendarLinkChanged) => void>();
  readonly #onSnapshot = new Set<() => void>();
  readonly #onRights = new Set<() => void>();

  start(): void {
    clearTimeout(this.#timer);
    if (this.#socket) return;
    const socket = new WebSocket(client.feedUrl(this.#positions));
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) this.#fold(JSON.parse(String(data)) as FeedMessage);
    };
    socket.onclose = ({ code }) => {
      if (this.#socket !== socket) return;
      if (code === signedOut) window.dispatchEvent(new Event(signInAsked));
      if (code === rightsChanged) for (const listener of this.#onRights) listener();
      // What was heard may be more than they hear now: the picture is made anew.
      if (code === signedOut || code === rightsChanged) this.#positions.clear();
      this.#socket = null;
      if (code === rightsChanged) return this.start();
      this.connection = 'lost';
      this.#timer = setTimeout(() => this.start(), this.#waitMs);
      this.#waitMs = Math.min(this.#waitMs * 2, longestWaitMs);
    };
  }

  /** Does not wait for the next try. */
  retry(): void {
    this.#waitMs = firstWaitMs;
    this.start();
  }

  stop(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** Tells every stored event. Returns the way out. */
  onStored(listener: (event: StoredEvent) => void): () => void {
    this.#onStored.add(listener);
    return () => this.#onStored.delete(listener);
  }

  /** Tells how far sources are that are being read. Returns the way out. */
  onProgress(listener: (progress: SourceProgress) => void): () => void {
    this.#onProgress.add(listener);
    return () => this.#onProgress.delete(listener);
  }

  /** Tells how far models are that are being fetched. Returns the way out. */
  onModel(listener: (progress: ModelProgress) => void): () => void {
    this.#onModel.add(listener);
    return () => this.#onModel.delete(listener);
  }

  /** Tells how far simulated callers are. Returns the way out. */
  onRehearsal(listener: (progress: RehearsalProgress) => void): () => void {
    this.#onRehearsal.add(listener);
    return () => this.#onRehearsal.delete(listener);
  }

  /** Tells what has changed of a linked calendar. Returns the way out. */
  onLink(listener: (changed: CalendarLinkChanged) => void): () => void {
    this.#onLink.add(listener);
    return () => this.#onLink.delete(listener);
  }

  /** Tells that they may see something else by now. Returns the way out. */
  onRights(listener: () => void): () => void {
    this.#onRights.add(listener);
    return () => this.#onRights.delete(listener);
  }

  /** Tells that the picture is new: what was fetched before may have missed something that is not told any more. */
  onSnapshot(listener: () => void): () => void {
    this.#onSnapshot.add(listener);
    return () => this.#onSnapshot.delete(listener);
  }

  #fold(message: FeedMessage): void {
    switch (message.type) {
      case 'snapshot':
        this.connection = 'open';
        this.#waitMs = firstWaitMs;
        this.status = message.status;
        this.calls = message.calls;
        if (message.resumed) return;
        this.#positions.clear();
        for (const [log, sequence] of Object.entries(message.positions)) this.#positions.set(log, sequence);
        for (const listener of this.#onSnapshot) listener();
        return;
      case 'status.changed':
        this.status = message.status;
        return;
      case 'call.updated':
        this.calls = replace(this.calls, message.call);
        return;
      case 'call.removed':
        this.calls = this.calls.filter((call) => call.callId !== message.callId);
        return;
      case 'call.interim':
        this.calls = this.calls.map((call) =>
          call.callId === message.callId
            ? { ...call, [message.speaker === 'staff' ? 'staffInterim' : 'interim']: message.text }
            : call,
        );
        return;
      case 'rehearsal.progressed':
        for (const listener of this.#onRehearsal) listener(message);
        return;
      case 'source.progressed':
        for (const listener of this.#onProgress) listener(message);
        return;
      case 'model.progressed':
        for (const listener of this.#onModel) listener(message);
        return;
      case 'calendar.link-changed':
        for (const listener of this.#onLink) listener(message);
        return;
      case 'event.stored':
        this.#positions.set(message.event.log, message.event.sequence);
        for (const listener of this.#onStored) listener(message.event);
    }
  }
}

function replace(calls: readonly LiveCall[], call: LiveCall): readonly LiveCall[] {
  const known = calls.some((other) => other.callId === call.callId);
  return known ? calls.map((other) => (other.callId === call.callId ? call : other)) : [...calls, call];
}
