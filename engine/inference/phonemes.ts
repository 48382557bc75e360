import { phonemize } from 'phonemizer';

/** Marks that the voices have learnt to breathe at; everything else that is no word is left out. */
const mark = /([.,!?;:])(?=\s|$)/;

/**
 * Sentences of a text, in order. A number, an abbreviation's dot or a decimal point does not end one.
 */
export function sentencesOf(text: string): string[] {
  const clean = text
    .replace(/[“”"()[\]{}<>*_#|~^\\]/g, ' ')
    .replace(/[…]|\.{2,}/g, '.')
    .replace(/\s[-–—]+\s|[—–]/g, ', ')
    .replace(/\s+/g, ' ')
    .trim();
  const sentences: string[] = [];
  let start = 0;
  for (const match of clean.matchAll(/[.!?]+(?=\s)/g)) {
    const end = match.index + match[0].length;
    const lastWord = clean.slice(start, match.index).split(' ').at(-1) ?? '';
    if (match[0] === '.' && /^(?:dr|mr|mrs|ms|st|no|vs|jr|sr|[A-Za-z])$/i.test(lastWord)) continue;
    sentences.push(clean.slice(start, end).trim());
    start = end;
  }
  sentences.push(clean.slice(start).trim());
  return sentences.filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

/**
 * IPA of one sentence by espeak-ng, with the marks put back that espeak drops.
 *
 * @param language espeak's name of a voice, for example `en-us`
 */
export async function phonemesOf(sentence: string, language: string): Promise<string> {
  let phonemes = '';
  for (const part of sentence.split(mark)) {
    if (/^[.,!?;:]$/.test(part)) {
      phonemes = phonemes.trimEnd() + part;
      continue;
    }
    if (!/[\p{L}\p{N}]/u.test(part)) continue;
    const clauses = await phonemize(part.trim(), language);
    phonemes += `${phonemes ? ' ' : ''}${clauses.join(' ').trim()}`;
  }
  return phonemes;
}
