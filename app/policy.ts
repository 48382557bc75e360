/** The button of the shell's own page leads here; `.invalid` belongs to nobody (RFC 2606 §2). */
export const restartAddress = 'https://restart.invalid/';

export type Navigation = 'stay' | 'restart' | 'browser' | 'deny';

/** Null for what is no address, and for opaque origins: data:, file:, about: */
export function originOf(address: string): string | null {
  const origin = URL.parse(address)?.origin;
  return origin === undefined || origin === 'null' ? null : origin;
}

/**
 * Where a link of the window leads: the engine's own page stays in it, other https goes to the system's browser.
 *
 * @param engine origin of the engine; null while none runs, and the window shows a page of the shell
 */
export function judgeNavigation(address: string, engine: string | null): Navigation {
  if (engine === null && address === restartAddress) return 'restart';
  const target = URL.parse(address);
  if (target === null || target.username !== '' || target.password !== '') return 'deny';
  if (target.origin === engine) return 'stay';
  return target.protocol === 'https:' && address !== restartAddress ? 'browser' : 'deny';
}

export interface PermissionRequest {
  readonly permission: string;
  /** Address of the page that asks. */
  readonly from: string;
  /** `audio`, `video`, `unknown`; for the permission `media`. */
  readonly media: readonly string[];
}

/**
 * The engine's page may have the microphone (talking, recording a voice), copy text and tell on the desktop what has
 * happened; nobody may have anything else.
 */
export function permits({ permission, from, media }: PermissionRequest, engine: string | null): boolean {
  if (engine === null || originOf(from) !== engine) return false;
  if (permission === 'media') return media.length > 0 && media.every((kind) => kind === 'audio');
  return permission === 'clipboard-sanitized-write' || permission === 'notifications';
}
