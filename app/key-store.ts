/** What the system tells of its key store. */
export interface KeyStoreFacts {
  readonly available: boolean;
  /** Linux only: which store it is. */
  readonly backend: string | null;
}

export type KeyStoreVerdict =
  | { readonly ok: true; readonly store: string }
  | { readonly ok: false; readonly why: string; readonly help: string };

const help = 'Unlock or install a keyring (GNOME Keyring, KWallet), sign in again, then start Voxbox.';

/** Says whether the system's key store may hold the box key: one that only disguises it is refused. */
export function judgeKeyStore({ available, backend }: KeyStoreFacts): KeyStoreVerdict {
  if (!available) return { ok: false, why: 'This system has no key store that is open.', help };
  // Chromium's "basic_text" encrypts with a password that stands in its source.
  if (backend === 'basic_text' || backend === 'unknown') {
    return { ok: false, why: 'This system has no keyring: a key would be disguised, not encrypted.', help };
  }
  return { ok: true, store: backend ?? 'system' };
}
