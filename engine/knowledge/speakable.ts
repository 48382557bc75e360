export const wordCount = (text: string): number => text.match(/[\p{L}\p{N}]\S*/gu)?.length ?? 0;

/** Written words as a voice can say them: no markup, no web addresses, a full stop at the end. */
export function speakable(text: string, mostWords: number): string {
  const plain = text
    .replace(/\s*[([]?\b(?:https?:\/\/|www\.)[^\s)\]]+[)\]]?/gi, '')
    .replace(/[*_`#|<>~^\u2022\u203a\u25ba]+/gu, ' ')
    .replace(/\s*(?:\u2192|->|=>)\s*/gu, ', ')
    .replace(/\s+([.,;:!?])/gu, '$1')
    .replace(/\s+/gu, ' ')
    .trim();
  const kept = shortened(plain, mostWords).replace(/[\s,;:\u2013\u2014-]+$/u, '');
  return kept === '' || /[.!?]["')\u201d]?$/u.test(kept) ? kept : `${kept}.`;
}

/** Ends at the last pause before the limit; in the middle of a clause only where there is no pause at all. */
function shortened(text: string, mostWords: number): string {
  if (wordCount(text) <= mostWords) return text;
  const words = text.split(' ');
  const head = words.slice(0, mostWords);
  const stop = head.findLastIndex((word) => /[.!?;]$/u.test(word));
  const pause = head.findLastIndex((word) => /[,:)\u2013\u2014]$/u.test(word));
  if (stop >= 5) return head.slice(0, stop + 1).join(' ');
  return head.slice(0, pause >= 8 ? pause + 1 : mostWords).join(' ');
}
