import type { PassageKind } from '../store/index.ts';

/** A file as it came. */
export interface DocumentFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of a web server's answer, for example `text/html; charset=utf-8`. */
  readonly contentType?: string;
}

/** A paragraph, item or row, with the headings above it, the outermost first. */
export interface Block {
  readonly kind: PassageKind;
  readonly headings: readonly string[];
  readonly text: string;
}

export interface Blocks {
  /** What the document calls itself. */
  readonly title: string | null;
  readonly blocks: readonly Block[];
}

export interface DraftPassage {
  readonly kind: PassageKind;
  readonly heading: string;
  readonly text: string;
}

/** A document as it is indexed. */
export interface ReadDocument {
  readonly title: string | null;
  readonly words: number;
  readonly passages: readonly DraftPassage[];
}

export const documentLimits = {
  bytes: 20_000_000,
  /** About 4,000 passages. */
  characters: 2_000_000,
  rows: 10_000,
  /** Of all that is packed in a document. */
  unpackedBytes: 100_000_000,
  readingMs: 60_000,
  memoryMb: 512,
  /** By which the whole process may grow: what lies outside of the thread's heap is not in the limit above. */
  growthBytes: 1_500_000_000,
} as const;

/** Keeps the headings that stand above what is read, by their level. */
export class Outline {
  #open: { readonly level: number; readonly text: string }[] = [];

  enter(level: number, text: string): void {
    this.#open = this.#open.filter((heading) => heading.level < level);
    this.#open.push({ level, text });
  }

  /** The innermost leaves again. */
  leave(level: number): void {
    this.#open = this.#open.filter((heading) => heading.level < level);
  }

  get headings(): readonly string[] {
    return this.#open.map((heading) => heading.text);
  }

  /** What stands right below a question is its answer. */
  get kind(): 'prose' | 'answer' {
    return this.#open.at(-1)?.text.endsWith('?') ? 'answer' : 'prose';
  }
}

export const oneLine = (text: string): string => text.replace(/\s+/gu, ' ').trim();

export const countWords = (text: string): number => text.match(/\S+/gu)?.length ?? 0;
