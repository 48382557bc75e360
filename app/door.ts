/**
 * The one seam between the engine and its page in the desktop window: where the engine is, and what signs the window
 * in. The token is that of the engine's ready line: it makes the owner of a new box, else it signs its owner in.
 */
export interface Door {
  /** Origin of the engine, for example http://127.0.0.1:7070 */
  readonly address: string;
  /** Good for one sign-in within a minute, and given out once; null when it was. */
  readonly token: string | null;
}

export const doorChannel = 'voxbox:door';
