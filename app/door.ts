/**
 * The one seam between the engine and its page in the desktop window: where the engine is, and what signs the window
 * in. The engine has no users yet, so there is no token; once its ready line carries one, it reaches the page this way.
 */
export interface Door {
  /** Origin of the engine, for example http://127.0.0.1:7070 */
  readonly address: string;
  /** Good for one sign-in, and given out once; null where the engine asks for none. */
  readonly token: string | null;
}

export const doorChannel = 'voxbox:door';
