const boundaryPattern = /^\s*multipart\/[^;]*;(?:[^"]*;)?\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))/i;
/** Carriers add a location or a signalling message of theirs; nobody adds more. */
const maxParts = 16;

/**
 * The session description in the body of a message: the body itself, or the first part of that type where there
 * are several (RFC 5621 §3.1). Empty where none of the parts is one.
 */
export function descriptionOf(contentType: string | undefined, body: string): string {
  const match = boundaryPattern.exec(contentType ?? '');
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) return body;
  // What stands before the first boundary is no part, and what stands after `--` neither.
  for (const part of `\r\n${body}`.split(`\r\n--${boundary}`, maxParts + 1).slice(1)) {
    const headEnd = part.indexOf('\r\n\r\n');
    if (headEnd < 0 || part.startsWith('--')) continue;
    const isSdp = /^content-type[ \t]*:[ \t]*application\/sdp[ \t]*(?:;|$)/im.test(part.slice(0, headEnd));
    if (isSdp) return part.slice(headEnd + 4);
  }
  return '';
}
