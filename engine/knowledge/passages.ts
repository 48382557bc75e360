import { type Block, countWords, type DraftPassage } from './document.ts';
import { piecesOf, sentencesOf } from './sentences.ts';

const wanted = { fromWords: 60, toWords: 100, mostWords: 120, tailWords: 30 } as const;

/** A sentence, item or row: passages begin and end at its borders. */
interface Unit {
  readonly text: string;
  readonly words: number;
  /** It begins a line of its own. */
  readonly opens: boolean;
}

/**
 * Passages of 60 to 120 words, shorter where a section is. What stands under different headings stays apart;
 * rows are passages of their own. Their texts, one after the other, are the whole text.
 */
export function passagesOf(blocks: readonly Block[]): DraftPassage[] {
  return sectionsOf(blocks).flatMap(({ kind, headings, texts }) => {
    const heading = headings.join(' \u203a ');
    return groups(texts.flatMap(unitsOf)).map((units) => ({
      kind,
      heading,
      text: units.map(({ text, opens }, i) => (i === 0 ? text : `${opens ? '\n' : ' '}${text}`)).join(''),
    }));
  });
}

interface Section extends Omit<Block, 'text'> {
  readonly texts: string[];
}

function sectionsOf(blocks: readonly Block[]): Section[] {
  const sections: Section[] = [];
  for (const { text, ...block } of blocks) {
    const last = sections.at(-1);
    const same =
      last &&
      block.kind !== 'row' &&
      last.kind === block.kind &&
      last.headings.join('\n') === block.headings.join('\n');
    if (same) last.texts.push(text);
    else sections.push({ ...block, texts: [text] });
  }
  return sections;
}

const unitsOf = (text: string): Unit[] =>
  text.split('\n').flatMap((line) =>
    sentencesOf(line)
      .flatMap((sentence) => (countWords(sentence) > wanted.mostWords ? piecesOf(sentence) : [sentence]))
      .map((piece, i) => ({ text: piece, words: countWords(piece), opens: i === 0 })),
  );

const wordsOf = (units: readonly Unit[]): number => units.reduce((sum, unit) => sum + unit.words, 0);

function groups(units: readonly Unit[]): Unit[][] {
  const made: Unit[][] = [];
  let open: Unit[] = [];
  for (const unit of units) {
    const words = wordsOf(open);
    const full = words >= wanted.fromWords && words + unit.words > wanted.toWords;
    if (full || (words > 0 && words + unit.words > wanted.mostWords)) {
      made.push(open);
      open = [];
    }
    open.push(unit);
  }
  const last = made.at(-1);
  const tail = wordsOf(open);
  if (last && tail < wanted.tailWords && wordsOf(last) + tail <= wanted.mostWords) last.push(...open);
  else if (open.length > 0) made.push(open);
  return made;
}
