import { type Block, type Blocks, Outline, oneLine } from '../document.ts';

const item = /^\s*(?:[-*\u2022\u2013]|\d{1,2}[.)])\s+/u;
const questionSign = /^(?:Q|Question)\s*[:.)]\s*/i;
const answerSign = /^(?:A|Answer)\s*[:.)]\s*/i;
const longestHeading = 80;

/** Paragraphs stand between empty lines; a short line by itself that ends in no mark is a heading. */
export function readPlainText(text: string): Blocks {
  const paragraphs = text
    .replace(/\r\n?/g, '\n')
    .split(/\n[^\S\n]*\n/u)
    .map((paragraph) => paragraph.split('\n').filter((line) => line.trim() !== ''))
    .filter((lines) => lines.length > 0);
  const width = Math.max(0, ...paragraphs.flat().map((line) => line.length));
  const outline = new Outline();
  const blocks: Block[] = [];
  let title: string | null = null;
  /** A heading with nothing under it yet. */
  let bare: string | null = null;
  for (const [i, paragraph] of paragraphs.entries()) {
    const { heading, rest } = headingOf(paragraph, { isLast: i === paragraphs.length - 1 });
    if (heading !== null && bare !== null) {
      // The first of all is the title and stays above the others.
      if (blocks.length === 0 && title === null) title = bare;
      else blocks.push({ kind: 'prose', headings: outline.headings.slice(0, -1), text: bare });
      if (title === bare) outline.enter(0, bare);
    }
    if (heading !== null) outline.enter(heading.endsWith('?') ? 2 : 1, heading);
    bare = rest.length > 0 ? null : heading;
    for (const line of unwrapped(rest, width)) {
      blocks.push({ kind: outline.kind, headings: outline.headings, text: line });
    }
    // The answer to a question is the paragraph after it, and no more of them.
    if (rest.length > 0) outline.leave(2);
  }
  return { title, blocks };
}

function headingOf(
  lines: readonly string[],
  { isLast }: { isLast: boolean },
): { heading: string | null; rest: readonly string[] } {
  const [first = '', second = '', ...others] = lines;
  const words = oneLine(first);
  if (/^\s*(=+|-{3,}|~{3,})\s*$/.test(second)) return { heading: words, rest: others };
  if (questionSign.test(words)) {
    const answer = lines.findIndex((line) => answerSign.test(line.trim()));
    const until = answer > 0 ? answer : 1;
    const question = oneLine(lines.slice(0, until).join(' ')).replace(questionSign, '');
    const rest = lines.slice(until).map((line, i) => (i === 0 ? line.trim().replace(answerSign, '') : line));
    return { heading: question.endsWith('?') ? question : `${question}?`, rest };
  }
  if (words.endsWith('?') && words.length <= 160 && (lines.length > 1 || !isLast)) {
    return {
      heading: words,
      rest: lines.slice(1).map((line, i) => (i === 0 ? line.replace(answerSign, '') : line)),
    };
  }
  const alone = lines.length === 1 && !isLast;
  const isHeading =
    alone && words.length <= longestHeading && /[\p{L}\p{N})]$/u.test(words) && !item.test(first);
  return isHeading ? { heading: words, rest: [] } : { heading: null, rest: lines };
}

/** Lines that were broken for their width are one again; items and short lines stay apart. */
function unwrapped(lines: readonly string[], width: number): string[] {
  const made: string[] = [];
  let goesOn = false;
  for (const line of lines) {
    const text = oneLine(line.replace(item, ''));
    if (goesOn && !item.test(line)) made.push(`${made.pop() ?? ''} ${text}`.trim());
    else if (text !== '') made.push(text);
    goesOn = line.length > width * 0.6 || /[,;\u2013-]$/u.test(text);
  }
  return made.filter((text) => text !== '');
}
