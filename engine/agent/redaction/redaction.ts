import type { SensitiveKind } from '../../store/index.ts';
import { digitRuns } from './digits.ts';
import type { Finding, Looked } from './finding.ts';
import { findAadhaar, findCards, findLettered, findSocialSecurity } from './papers.ts';
import { findBirthDates, findCardSecurity, findHealth, findSecrets } from './remarks.ts';
import { markerOf, type Word, wordsOf } from './words.ts';

export interface Redacted {
  /** With a marker such as `[card number]` in the place of each detail. */
  readonly text: string;
  /** In the order of the text; places are characters of the text that was given. */
  readonly found: readonly { readonly kind: SensitiveKind; readonly from: number; readonly to: number }[];
}

/** The surest first: what one of them takes the later ones do not see. */
const finders: readonly ((looked: Looked) => readonly Finding[])[] = [
  findCards,
  findSocialSecurity,
  findAadhaar,
  findLettered,
  findCardSecurity,
  findSecrets,
  findBirthDates,
  findHealth,
];

/** Each round takes something out, so that few are ever needed; a text is not looked at for ever. */
const mostRounds = 20;

/**
 * Takes sensitive details of the given kinds out of what was said, whether they are written in figures, said digit by
 * digit or spelled. Again it finds nothing more.
 *
 * @param options.asked what the other side said just before: "and the code on the back?"
 */
export function redact(
  text: string,
  kinds: readonly SensitiveKind[],
  { asked = '' }: { readonly asked?: string } = {},
): Redacted {
  let words = wordsOf(text);
  const spoken = ` ${wordsOf(asked)
    .map((word) => word.text)
    .join(' ')} `;
  const found: { kind: SensitiveKind; from: number; to: number }[] = [];
  for (let round = 0; round < mostRounds; round++) {
    const findings = findersOf({ words, runs: digitRuns(words), asked: spoken }, kinds);
    if (findings.length === 0) break;
    for (const { kind, from, to } of findings) {
      found.push({ kind, from: words[from]?.from ?? 0, to: words[to - 1]?.to ?? 0 });
    }
    words = withMarkers(words, findings);
  }
  found.sort((one, other) => one.from - other.from);
  let written = '';
  let at = 0;
  for (const { kind, from, to } of found) {
    written += text.slice(at, from) + markerOf(kind);
    at = to;
  }
  return { text: written + text.slice(at), found };
}

/** What the first finder that finds anything finds: the others look again at what is left. */
function findersOf(looked: Looked, kinds: readonly SensitiveKind[]): readonly Finding[] {
  for (const find of finders) {
    const findings = find(looked).filter(({ kind }) => kinds.includes(kind));
    if (findings.length > 0) return findings;
  }
  return [];
}

/** As the words of the finished text will be: one marker in the place of each finding. */
function withMarkers(words: readonly Word[], findings: readonly Finding[]): readonly Word[] {
  const left: Word[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    const finding = findings.find(({ from }) => from === i);
    if (!word) continue;
    if (!finding) {
      left.push(word);
      continue;
    }
    const to = words[finding.to - 1]?.to ?? word.to;
    left.push({ ...word, text: '', raw: markerOf(finding.kind), marker: finding.kind, to });
    i = finding.to - 1;
  }
  return left;
}
