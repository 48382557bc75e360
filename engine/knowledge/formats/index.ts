import { VoxboxError } from '../../foundation/index.ts';
import {
  type Blocks,
  countWords,
  type DocumentFile,
  documentLimits,
  type ReadDocument,
} from '../document.ts';
import { passagesOf } from '../passages.ts';
import { charsetOf, decodeText, isBinary } from './charset.ts';

type Format = 'pdf' | 'docx' | 'html' | 'markdown' | 'csv' | 'text';

const byEnding: Readonly<Record<string, Format>> = {
  ...{
    pdf: 'pdf',
    docx: 'docx',
    html: 'html',
    htm: 'html',
    xhtml: 'html',
    md: 'markdown',
    markdown: 'markdown',
  },
  ...{ csv: 'csv', tsv: 'csv', txt: 'text', text: 'text' },
};

const byType: readonly (readonly [start: string, format: Format])[] = [
  ['application/pdf', 'pdf'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['text/html', 'html'],
  ['application/xhtml+xml', 'html'],
  ['text/markdown', 'markdown'],
  ['text/csv', 'csv'],
  ['text/tab-separated-values', 'csv'],
];

/** @throws VoxboxError `document_unreadable`, `document_too_large`; and as the readers of packages fail */
export async function readFile(file: DocumentFile): Promise<ReadDocument> {
  const { title, blocks } = await blocksOf(file);
  const characters = blocks.reduce((sum, block) => sum + block.text.length, 0);
  if (characters === 0) throw new VoxboxError('document_unreadable', `${file.name} holds no text`);
  if (characters > documentLimits.characters) {
    throw new VoxboxError('document_too_large', `${file.name} holds ${characters} characters`);
  }
  const words = blocks.reduce((sum, block) => sum + countWords(block.text), 0);
  return { title, words, passages: passagesOf(blocks) };
}

/** A reader is loaded only where it is needed. */
async function blocksOf(file: DocumentFile): Promise<Blocks> {
  const { bytes, contentType } = file;
  const text = (): string => decodeText(bytes, charsetOf(contentType));
  switch (formatOf(file)) {
    case 'pdf':
      return (await import('./pdf.ts')).readPdf(bytes);
    case 'docx':
      return (await import('./docx.ts')).readDocx(bytes);
    case 'html':
      return (await import('./html.ts')).readHtmlFile(bytes, contentType);
    case 'markdown':
      return (await import('./markdown.ts')).readMarkdown(text());
    case 'csv':
      return (await import('./csv.ts')).readCsv(text());
    case 'text':
      return (await import('./plain-text.ts')).readPlainText(text());
  }
}

/** What people try, by its first bytes, and how it can be read all the same. */
const refused: readonly (readonly [start: string, words: string])[] = [
  [
    '\xd0\xcf\x11\xe0',
    'is an old Word or Excel file, or one with a password: save it as DOCX or CSV without one',
  ],
  ['{\\rtf', 'is rich text (RTF): save it as DOCX or PDF'],
];

/** By what it begins with, else by what the server says, else by the ending of its name. */
function formatOf({ name, bytes, contentType = '' }: DocumentFile): Format {
  const unreadable = (words: string): VoxboxError =>
    new VoxboxError('document_unreadable', `${name} ${words}`);
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
  if (head.includes('%PDF-')) return 'pdf';
  const other = refused.find(([start]) => head.startsWith(start));
  if (other) throw unreadable(other[1]);
  const ending = byEnding[/\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''];
  const told = byType.find(([start]) => contentType.toLowerCase().startsWith(start))?.[1];
  if (head.startsWith('PK\x03\x04')) {
    // The names of what a ZIP file holds stand in it as they are.
    if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('word/')) return 'docx';
    throw unreadable('is no Word document: save a table as CSV, and anything else as DOCX or PDF');
  }
  if (isBinary(bytes)) throw unreadable('is of a kind that is not read');
  const format = told ?? ending ?? 'text';
  if (format === 'pdf' || format === 'docx') throw unreadable(`is no ${format.toUpperCase()}`);
  if (format === 'text' && /^\s*(<!doctype html|<html)/i.test(head)) return 'html';
  return format;
}
