/** A pause this long ends a group of keys; # ends it at once. */
const betweenKeysMs = 2000;

/** Collects the keys that a caller presses into groups, for example a phone number. */
export class Keypad {
  readonly #complete: (keys: string) => void;
  #keys = '';
  #timer: NodeJS.Timeout | undefined;

  /** @param complete gets each group, never an empty one, without the # that ended it */
  constructor(complete: (keys: string) => void) {
    this.#complete = complete;
  }

  get collecting(): boolean {
    return this.#keys !== '';
  }

  press(key: string): void {
    clearTimeout(this.#timer);
    if (key === '#') {
      this.#end();
      return;
    }
    this.#keys += key;
    this.#timer = setTimeout(() => this.#end(), betweenKeysMs);
  }

  /** Forgets what was collected. Idempotent. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#keys = '';
  }

  #end(): void {
    const keys = this.#keys;
    this.#keys = '';
    if (keys) this.#complete(keys);
  }
}
