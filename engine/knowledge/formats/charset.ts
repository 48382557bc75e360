/**
 * Bytes as text: by the byte order mark, else by the label of the server or page, else UTF-8 where they are
 * that, else Windows-1252.
 */
export function decodeText(bytes: Uint8Array, label?: string): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (label !== undefined) {
    try {
      return new TextDecoder(label).decode(bytes);
    } catch {
      // a label that nobody knows says nothing
    }
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** For example of `text/html; charset=iso-8859-1`. */
export const charsetOf = (contentType: string | undefined): string | undefined =>
  /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType ?? '')?.[1];

/** No text has many of these. */
export function isBinary(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 4096);
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return false;
  return head.some((byte) => byte === 0 || (byte < 9 && byte > 0) || (byte > 13 && byte < 27));
}
