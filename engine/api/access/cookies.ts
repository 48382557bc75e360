import { hostName, isLoopbackName } from '../guard.ts';

const cookieName = 'voxbox_session';
/** As long as a session can last; the box ends an idle one earlier. */
const lastsS = 30 * 86_400;

/** What a browser keeps of its session (RFC 6265 §5.4); null where it has none. */
export function sessionToken(cookie: string | undefined): string | null {
  for (const pair of (cookie ?? '').split(';')) {
    const [name, value = ''] = pair.trim().split('=');
    if (name === cookieName && /^[\w-]{20,100}$/.test(value)) return value;
  }
  return null;
}

/**
 * Sets the cookie; null takes it away. A page cannot read it (HttpOnly), and no other site makes the browser send it
 * (SameSite). On this machine there is no TLS and no need of it; elsewhere a browser keeps and sends it over https
 * only (Secure).
 *
 * @param host the Host header of the request
 */
export function sessionCookie(token: string | null, host: string | undefined): string {
  const name = hostName(host);
  return [
    `${cookieName}=${token ?? ''}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${token === null ? 0 : lastsS}`,
    ...(name !== null && isLoopbackName(name) ? [] : ['Secure']),
  ].join('; ');
}
