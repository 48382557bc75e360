import { getDocument, PasswordException } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { VoxboxError } from '../../foundation/index.ts';
import { type Block, type Blocks, documentLimits, Outline, oneLine } from '../document.ts';

interface Line {
  readonly text: string;
  readonly page: number;
  readonly heightPoints: number;
  /** Baseline, upwards from the foot of the page. */
  readonly y: number;
  readonly endX: number;
}

/** Text only: a page that was scanned as a picture has none. @throws VoxboxError `document_unreadable` */
export async function readPdf(bytes: Uint8Array): Promise<Blocks> {
  const task = getDocument({
    // it takes the array over
    data: Uint8Array.from(bytes),
    useSystemFonts: true,
    disableFontFace: true,
    verbosity: 0,
  });
  try {
    const document = await task.promise.catch((cause: unknown) => {
      const why = cause instanceof PasswordException ? 'locked: save a copy without a password' : 'damaged';
      throw new VoxboxError('document_unreadable', `the PDF is ${why}`, { cause });
    });
    const lines: Line[] = [];
    let characters = 0;
    for (let number = 1; number <= document.numPages; number += 1) {
      const page = await document.getPage(number);
      const content = await page.getTextContent();
      const found = linesOf(
        content.items.filter((piece) => 'str' in piece),
        number,
      );
      lines.push(...found);
      characters += found.reduce((sum, line) => sum + line.text.length, 0);
      if (characters > documentLimits.characters)
        throw new VoxboxError('document_too_large', 'the PDF holds too much text');
      page.cleanup();
    }
    if (characters === 0) throw new VoxboxError('document_unreadable', 'the PDF holds pictures and no text');
    return { title: null, blocks: blocksOf(withoutFurniture(lines, document.numPages)) };
  } finally {
    await task.destroy();
  }
}

interface Piece {
  readonly str: string;
  readonly transform: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly hasEOL: boolean;
}

function linesOf(pieces: readonly Piece[], page: number): Line[] {
  const lines: Line[] = [];
  let open: Piece[] = [];
  const close = (): void => {
    const text = oneLine(joined(open));
    const inked = open.filter(({ str }) => str.trim() !== '');
    const last = inked.at(-1);
    if (text !== '' && last) {
      lines.push({
        text,
        page,
        heightPoints: Math.max(...inked.map(({ height }) => height)),
        y: last.transform[5] ?? 0,
        endX: (last.transform[4] ?? 0) + last.width,
      });
    }
    open = [];
  };
  for (const piece of pieces) {
    const previous = open.findLast(({ str }) => str.trim() !== '');
    const moved =
      previous && Math.abs((piece.transform[5] ?? 0) - (previous.transform[5] ?? 0)) > previous.height * 0.5;
    if (moved && piece.str.trim() !== '') close();
    open.push(piece);
    if (piece.hasEOL) close();
  }
  close();
  return lines;
}

/** Cells that stand far apart are parted by a space. */
function joined(pieces: readonly Piece[]): string {
  let text = '';
  let endX: number | null = null;
  for (const { str, transform, width, height } of pieces) {
    const x = transform[4] ?? 0;
    if (endX !== null && x - endX > height * 0.2) text += ' ';
    text += str;
    endX = x + width;
  }
  return text;
}

/** Page numbers, and what stands at the head or foot of most pages. */
function withoutFurniture(lines: readonly Line[], pages: number): Line[] {
  const edges = lines.filter(
    (line, i) => lines[i - 1]?.page !== line.page || lines[i + 1]?.page !== line.page,
  );
  const counts = new Map<string, number>();
  for (const { text } of edges) counts.set(shapeOf(text), (counts.get(shapeOf(text)) ?? 0) + 1);
  const isFurniture = (line: Line): boolean =>
    edges.includes(line) &&
    ((pages > 1 && /^(page\s*)?\d{1,4}(\s*(of|\/)\s*\d{1,4})?$/i.test(line.text)) ||
      (pages > 2 && (counts.get(shapeOf(line.text)) ?? 0) > pages / 2));
  const kept = lines.filter((line) => !isFurniture(line));
  return kept.length > 0 ? kept : [...lines];
}

const shapeOf = (text: string): string => text.replace(/\d+/g, '0');

function blocksOf(lines: readonly Line[]): Block[] {
  const usual = median(lines.map(({ heightPoints }) => heightPoints));
  const right = Math.max(...lines.map(({ endX }) => endX));
  const sizes = [
    ...new Set(lines.map((line) => line.heightPoints).filter((size) => size > usual * 1.15)),
  ].toSorted((one, other) => other - one);
  const outline = new Outline();
  const blocks: Block[] = [];
  let previous: Line | null = null;
  for (const line of lines) {
    const isHeading =
      (line.heightPoints > usual * 1.15 || (line.text.endsWith('?') && standsApart(previous, line))) &&
      line.text.length <= 160;
    if (isHeading) {
      const size = sizes.indexOf(line.heightPoints);
      const level = size < 0 ? sizes.length + 1 : size + 1;
      outline.enter(level, line.text);
    } else {
      const last = blocks.at(-1);
      const goesOn =
        last &&
        previous &&
        !previousWasHeading(previous, last) &&
        !standsApart(previous, line) &&
        previous.endX > right * 0.8;
      if (goesOn) blocks.splice(-1, 1, { ...last, text: rejoined(last.text, line.text) });
      else blocks.push({ kind: outline.kind, headings: outline.headings, text: line.text });
    }
    previous = line;
  }
  const only = outline.headings.at(-1);
  if (only !== undefined && (previous === null || previous.text === only)) {
    blocks.push({ kind: 'prose', headings: outline.headings.slice(0, -1), text: only });
  }
  return blocks;
}

const previousWasHeading = (previous: Line, last: Block): boolean =>
  !last.text.endsWith(previous.text.slice(-12));

const standsApart = (previous: Line | null, line: Line): boolean =>
  previous === null ||
  (previous.page === line.page &&
    Math.abs(previous.y - line.y) > Math.max(previous.heightPoints, line.heightPoints) * 1.9);

/** A word that was parted at the end of its line is one again. */
const rejoined = (text: string, next: string): string =>
  /\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(next) ? `${text.slice(0, -1)}${next}` : `${text} ${next}`;

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
