import type { SensitiveKind } from '../../store/index.ts';
import type { DigitRun } from './digits.ts';
import type { Word } from './words.ts';

/** Words that hold a sensitive detail: the first, and one past the last. */
export interface Finding {
  readonly kind: SensitiveKind;
  readonly from: number;
  readonly to: number;
}

/** What is looked at: the words, and what was said just before them by whoever asked. */
export interface Looked {
  readonly words: readonly Word[];
  /** Every run of figures in them. */
  readonly runs: readonly DigitRun[];
  /** Lower case, with a space at both ends. */
  readonly asked: string;
}

/** Words around a place, lower case, with single spaces and one at both ends. */
export const wordsAround = (words: readonly Word[], from: number, to: number): string =>
  ` ${words
    .slice(Math.max(0, from), Math.max(0, to))
    .map((word) => word.text)
    .join(' ')} `;

export const near = { before: 12, after: 8 } as const;
