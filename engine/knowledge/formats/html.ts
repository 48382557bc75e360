import { convert, type FormatCallback } from 'html-to-text';
import { type Block, type Blocks, countWords, Outline, oneLine } from '../document.ts';
import { charsetOf, decodeText } from './charset.ts';

/** Private characters that say where things begin in the text that the converter makes. */
const mark = {
  heading: '\ue000',
  row: '\ue001',
  cell: '\ue002',
  item: '\ue003',
  end: '\ue004',
  head: '\ue005',
} as const;
const marks = /[\ue000-\ue005]/gu;
/** Below every heading of the page. */
const lowest = 8;
/** From here on a row is a passage of its own. */
const longRowWords = 20;

type Element = Parameters<FormatCallback>[0];

const heading: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 1 });
  builder.addLiteral(`${mark.heading}${levelOf(element.name ?? '')}`);
  walk(element.children, builder);
  builder.addLiteral(mark.end);
  builder.closeBlock({ trailingLineBreaks: 1 });
};

const levelOf = (name: string): number => (/^h[1-6]$/.test(name) ? Number(name.slice(1)) : lowest);

const item: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 1 });
  builder.addLiteral(mark.item);
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 1 });
};

/** A paragraph that is all bold and short is a heading that somebody made by hand. */
const paragraph: FormatCallback = (element, walk, builder, options) => {
  const parts = (element.children as Element[]).filter(
    (part) => part.type !== 'text' || part.data?.trim() !== '',
  );
  const [only] = parts;
  const words =
    parts.length === 1 && only && /^(b|strong)$/.test(only.name ?? '') ? oneLine(textOf(only)) : '';
  if (words !== '' && words.length <= 120 && !/[.:,;]$/.test(words)) {
    heading(element, walk, builder, options);
    return;
  }
  builder.openBlock({ leadingLineBreaks: 2 });
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 2 });
};

const row: FormatCallback = (element, walk, builder) => {
  const cells = (element.children as Element[]).filter(({ name }) => name === 'td' || name === 'th');
  const isHead = cells.length > 0 && cells.every(({ name }) => name === 'th');
  builder.openBlock({ leadingLineBreaks: 1 });
  builder.addLiteral(isHead ? mark.head : mark.row);
  for (const cell of cells) {
    builder.addLiteral(mark.cell);
    walk(cell.children, builder);
  }
  builder.addLiteral(mark.end);
  builder.closeBlock({ trailingLineBreaks: 1 });
};

const textOf = (element: Element): string =>
  element.type === 'text'
    ? (element.data ?? '')
    : (element.children ?? []).map((child: Element) => textOf(child)).join('');

const skipped = [
  ...['head', 'script', 'style', 'noscript', 'template', 'svg', 'nav', 'footer', 'aside', 'form', 'button'],
  ...['iframe', 'img', 'dialog', '[hidden]', '[aria-hidden="true"]', '[role="navigation"]'],
];

/** The main text of a page. */
export function readHtml(html: string): Blocks {
  const clean = html.replace(marks, '');
  const text = convert(clean, {
    wordwrap: false,
    baseElements: { selectors: ['main', 'article', 'body'], returnDomByDefault: true, orderBy: 'selectors' },
    formatters: {
      knowledgeHeading: heading,
      knowledgeItem: item,
      knowledgeParagraph: paragraph,
      knowledgeRow: row,
    },
    limits: { maxInputLength: 40_000_000, maxDepth: 256 },
    selectors: [
      { selector: 'a', options: { ignoreHref: true } },
      { selector: 'p', format: 'knowledgeParagraph' },
      ...['ul', 'ol', 'dl', 'dd', 'table'].map((selector) => ({ selector, format: 'block' })),
      { selector: 'li', format: 'knowledgeItem' },
      { selector: 'tr', format: 'knowledgeRow' },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'dt', 'summary'].map((selector) => ({
        selector,
        format: 'knowledgeHeading',
        options: { uppercase: false },
      })),
      ...skipped.map((selector) => ({ selector, format: 'skip' })),
    ],
  });
  const title = oneLine(/<title[^>]*>([^<]*)/i.exec(clean)?.[1] ?? '');
  return { title: title === '' ? null : convert(title), blocks: blocksOf(text) };
}

export function readHtmlFile(bytes: Uint8Array, contentType?: string): Blocks {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 2048));
  return readHtml(
    decodeText(bytes, charsetOf(contentType) ?? charsetOf(/<meta[^>]+charset[^>]*>/i.exec(head)?.[0])),
  );
}

/** Up to the end mark for what has one, else up to the next mark or empty line. */
const part =
  /([\ue000\ue001\ue005])([^\ue004]*)\ue004|((?:\ue003|[^\ue000-\ue005])[^\ue000\ue001\ue003\ue004\ue005]*)/gu;

function blocksOf(text: string): Block[] {
  const outline = new Outline();
  const blocks: Block[] = [];
  /** Headings without a text of their own yet: they must not get lost. */
  let bare: string | null = null;
  let columns: readonly string[] = [];
  const add = (line: string, kind: Block['kind'] = outline.kind): void => {
    if (line === '') return;
    bare = null;
    blocks.push({ kind, headings: outline.headings, text: line });
  };
  for (const [, kind, marked = '', plain = ''] of text.matchAll(part)) {
    if (kind === mark.heading) {
      const words = oneLine(marked.slice(1).replace(marks, ' '));
      if (words === '') continue;
      if (bare !== null && outline.headings.length > 0 && Number(marked[0]) <= Number(bare)) addBare();
      outline.enter(Number(marked[0]), words);
      bare = marked[0] ?? null;
      columns = [];
    } else if (kind === mark.head) {
      columns = cellsOf(marked);
    } else if (kind === mark.row) {
      const line = rowText(cellsOf(marked), columns);
      // Short rows say more together: opening hours, a menu.
      add(line, countWords(line) >= longRowWords ? 'row' : undefined);
    } else {
      if (plain.trim() !== '') columns = [];
      for (const paragraph of plain.replaceAll(mark.item, '').split(/\n\s*\n/u)) {
        for (const line of lettered(paragraph)) add(line);
      }
    }
  }
  if (bare !== null) addBare();
  return blocks;

  /** A heading that another of its level follows: it is the text. */
  function addBare(): void {
    const last = outline.headings.at(-1);
    if (last !== undefined) {
      blocks.push({ kind: 'prose', headings: outline.headings.slice(0, -1), text: last });
    }
    bare = null;
  }
}

const lettered = (paragraph: string): string[] =>
  paragraph
    .split('\n')
    .map(oneLine)
    .filter((line) => /[\p{L}\p{N}]/u.test(line));

const cellsOf = (marked: string): string[] =>
  marked
    .split(mark.cell)
    .slice(1)
    .map((cell) => oneLine(cell.replace(marks, ' ')));

/** For example "Service: Filling; Price: $210." */
export function rowText(cells: readonly string[], columns: readonly string[]): string {
  const filled = cells
    .map((cell, i) => ({ cell, column: columns[i] ?? '' }))
    .filter(({ cell }) => cell !== '')
    .map(({ cell, column }) => (column === '' ? cell : `${column}: ${cell}`));
  const named = columns.some((column) => column !== '');
  const text = filled.join(named || filled.length > 2 ? '; ' : ': ');
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}
