import { VoxboxError } from '../foundation/index.ts';

/** Names under which only this machine reaches itself. */
export const isLoopbackName = (name: string): boolean =>
  name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);

/** Whether a program of this machine asks: what a proxy hands on comes from here too, and from anybody. */
export const isOfThisMachine = ({
  ip,
  headers,
}: {
  readonly ip: string;
  readonly headers: Readonly<Record<string, unknown>>;
}): boolean =>
  headers['x-forwarded-for'] === undefined &&
  headers.forwarded === undefined &&
  isLoopbackName(ip.replace(/^::ffff:/, ''));

/** The name in a Host header, without its port and the brackets of IPv6; null when it is none. */
export function hostName(header: string | undefined): string | null {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::\d{1,5})?$/i.exec(header ?? '');
  return (parts?.[1] ?? parts?.[2])?.toLowerCase() ?? null;
}

export interface GuardedRequest {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** True when the request asks for a WebSocket. */
  readonly upgrade: boolean;
}

/**
 * What keeps other pages in the same browser away from the box: a name that was made to resolve to this
 * machine (DNS rebinding) is refused by its Host, a page of another origin by its Origin. Programs send no
 * Origin and pass.
 *
 * @throws VoxboxError `request_refused`
 */
export function guard(request: GuardedRequest, bound: { readonly loopback: boolean }): void {
  const name = hostName(request.host);
  if (bound.loopback && (name === null || !isLoopbackName(name))) {
    throw new VoxboxError('request_refused', 'this box answers under localhost only');
  }
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (reads && !request.upgrade) return;
  if (request.origin !== undefined && !sameOrigin(request.origin, request.host)) {
    throw new VoxboxError('request_refused', 'the request comes from a page of another origin');
  }
}

function sameOrigin(origin: string, host: string | undefined): boolean {
  try {
    return new URL(origin).host === new URL(`http://${host}`).host;
  } catch {
    return false;
  }
}
