/** Silence before and after words, 8 kHz: what a peer that only plays a file sends as its side of a call. */
export function speechTrack(
  words: readonly Int16Array[],
  times: { readonly beforeMs: number; readonly betweenMs: number; readonly afterMs: number },
): Int16Array {
  const silence = (ms: number) => new Int16Array(ms * 8);
  const parts = words.flatMap((part, index) => [
    silence(index === 0 ? times.beforeMs : times.betweenMs),
    part,
  ]);
  parts.push(silence(times.afterMs));
  const track = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    track.set(part, at);
    at += part.length;
  }
  return track;
}
