/**
 * The keys in the body of a SIP INFO: `application/dtmf-relay` ("Signal=5", one a message) and
 * `application/dtmf` (the key alone). Null for another type of content.
 */
export function keysOfInfo(contentType: string, body: string): string | null {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/dtmf-relay') return keyOf(/^\s*signal\s*=\s*(\S+)/im.exec(body)?.[1] ?? '');
  if (type === 'application/dtmf') return keyOf(body.trim());
  return null;
}

/** Some phones send * and # by their numbers in RFC 4733. */
const numbered: Readonly<Record<string, string>> = { '10': '*', '11': '#' };

function keyOf(text: string): string {
  const key = (numbered[text] ?? text).toUpperCase();
  return /^[0-9*#A-D]$/.test(key) ? key : '';
}
