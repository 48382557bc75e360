import type { Dialog } from './dialog.ts';

const keyOf = (callId: string, localTag: string, remoteTag: string): string =>
  `${callId} ${localTag} ${remoteTag}`;

/** Every dialog of the server, by its id and by what RFC 3261 §12 identifies it with. */
export class DialogStore {
  readonly #byId = new Map<string, Dialog>();
  readonly #byKey = new Map<string, Dialog>();

  get size(): number {
    return this.#byId.size;
  }

  add(dialog: Dialog): void {
    this.#byId.set(dialog.id, dialog);
    this.#byKey.set(keyOf(dialog.callId, dialog.localTag, dialog.remoteTag), dialog);
  }

  byId(id: string): Dialog | null {
    return this.#byId.get(id) ?? null;
  }

  find(callId: string, localTag: string, remoteTag: string): Dialog | null {
    return this.#byKey.get(keyOf(callId, localTag, remoteTag)) ?? null;
  }

  remove(dialog: Dialog): void {
    dialog.unacknowledged?.stop();
    dialog.unacknowledged = null;
    dialog.session?.cancel();
    dialog.session = null;
    dialog.cancelLimit?.();
    dialog.cancelLimit = null;
    this.#byId.delete(dialog.id);
    this.#byKey.delete(keyOf(dialog.callId, dialog.localTag, dialog.remoteTag));
  }

  all(): readonly Dialog[] {
    return [...this.#byId.values()];
  }
}
