import { parse } from 'csv-parse/sync';
import { VoxboxError } from '../../foundation/index.ts';
import { type Block, type Blocks, documentLimits, oneLine } from '../document.ts';

const questionColumn = /^(question|q|faq)s?$/i;
const answerColumn = /^(answer|a|reply|response)s?$/i;

/** Each row is a passage with its headings: "Service: Filling. Price: $210." A question and its answer are one too. */
export function readCsv(text: string): Blocks {
  const rows = rowsOf(text);
  if (rows.length > documentLimits.rows) {
    throw new VoxboxError('document_too_large', `the table has ${rows.length} rows`);
  }
  // What stands alone above the names of the columns is the table's own.
  const [first = [], second = []] = rows;
  const title = filled(first).length === 1 && filled(second).length > 1 ? (filled(first)[0] ?? null) : null;
  const [columns = [], ...body] = title === null ? rows : rows.slice(1);
  // A single line is no heading of anything.
  const blocks = body.length === 0 ? [blockOf(columns, [])] : body.map((cells) => blockOf(cells, columns));
  return { title, blocks: blocks.filter(({ text: row }) => row !== '') };
}

const filled = (cells: readonly string[]): readonly string[] => cells.filter((cell) => cell !== '');

function rowsOf(given: string): string[][] {
  // Excel says so where it is not a comma.
  const told = /^\ufeff?sep=(.)\r?\n/i.exec(given);
  const text = told ? given.slice(told[0].length) : given;
  const options = {
    ...{ bom: true, delimiter: told?.[1] ?? delimiterOf(text), trim: true, relax_column_count: true },
    ...{ skip_empty_lines: true, skip_records_with_empty_values: true },
  };
  const tidy = (rows: string[][]): string[][] => rows.map((cells) => cells.map(oneLine));
  try {
    return tidy(parse(text, { ...options, relax_quotes: true }));
  } catch {
    // A quotation mark that nobody closes is one of inches, or of a word: it is part of the cell.
    return tidy(parse(text, { ...options, quote: null })).map((cells) =>
      cells.map((cell) => cell.replace(/^"([^"]*)"$/, '$1')),
    );
  }
}

function blockOf(cells: readonly string[], columns: readonly string[]): Block {
  const question = columns.findIndex((column) => questionColumn.test(column));
  const answer = columns.findIndex((column) => answerColumn.test(column));
  if (question >= 0 && answer >= 0 && cells[question] && cells[answer]) {
    const rest = cells.map((cell, i) => (i === question || i === answer ? '' : cell));
    const text = [ended(cells[answer]), rowOf(rest, columns)].filter(Boolean).join(' ');
    return { kind: 'answer', headings: [cells[question]], text };
  }
  return { kind: 'row', headings: [], text: rowOf(cells, columns) };
}

const rowOf = (cells: readonly string[], columns: readonly string[]): string =>
  cells
    .map((cell, i) => ({ cell, column: columns[i] ?? '' }))
    .filter(({ cell }) => cell !== '')
    .map(({ cell, column }) => ended(column === '' ? cell : `${column}: ${cell}`))
    .join(' ');

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** The one that most of the first lines have, outside of quotation marks; of several the one they have most of. */
function delimiterOf(text: string): string {
  const lines = text
    .replace(/"[^"]*"/g, '')
    .split(/[\r\n]+/, 10)
    .filter((line) => line.trim() !== '');
  const counted = [',', ';', '\t', '|'].map((sign) => {
    const counts = lines.map((line) => line.split(sign).length - 1);
    const having = counts.filter((count) => count > 0).length;
    return { sign, having, count: counts.reduce((sum, count) => sum + count, 0) };
  });
  const [best] = counted.toSorted((one, other) => other.having - one.having || other.count - one.count);
  return best?.sign ?? ',';
}
