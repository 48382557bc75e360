/**
 * Bytes as text: by what they look like in UTF-16, else by the label of the server or page, else UTF-8, whatever was
 * said of it; Windows-1252 where most of it is not UTF-8.
 */
export function decodeText(bytes: Uint8Array, label?: string): string {
  const encoding = wideOf(bytes) ?? label;
  if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) {
    try {
      return new TextDecoder(encoding).decode(bytes);
    } catch {
      // a label that nobody knows says nothing
    }
  }
  const text = new TextDecoder('utf-8').decode(bytes);
  const [lost = 0, kept = 0] = [/\ufffd/gu, /[^\0-\x7f\ufffd]/gu].map(
    (sign) => text.match(sign)?.length ?? 0,
  );
  return lost > kept ? new TextDecoder('windows-1252').decode(bytes) : text.replaceAll('\ufffd', '');
}

/** By the byte order mark, else by the zeros that stand beside the letters; null where it is not UTF-16. */
function wideOf(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, 4096);
  const zeros = [0, 0];
  for (const [i, byte] of head.entries()) if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even === 0 && odd > head.length / 4) return 'utf-16le';
  return odd === 0 && even > head.length / 4 ? 'utf-16be' : null;
}

/** For example of `text/html; charset=iso-8859-1`. */
export const charsetOf = (contentType: string | undefined): string | undefined =>
  /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType ?? '')?.[1];

/** No text has many of these. */
export function isBinary(bytes: Uint8Array): boolean {
  if (wideOf(bytes)) return false;
  const head = bytes.subarray(0, 4096);
  return head.some((byte) => byte === 0 || (byte < 9 && byte > 0) || (byte > 13 && byte < 27));
}
