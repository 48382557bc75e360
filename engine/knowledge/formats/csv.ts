import { parse } from 'csv-parse/sync';
import { VoxboxError } from '../../foundation/index.ts';
import { type Block, type Blocks, documentLimits, oneLine } from '../document.ts';

const questionColumn = /^(question|q|faq)s?$/i;
const answerColumn = /^(answer|a|reply|response)s?$/i;

/** Each row is a passage with its headings: "Service: Filling. Price: $210." A question and its answer are one too. */
export function readCsv(text: string): Blocks {
  const rows: string[][] = parse(text, {
    bom: true,
    delimiter: delimiterOf(text),
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    trim: true,
  });
  if (rows.length > documentLimits.rows) {
    throw new VoxboxError('document_too_large', `the table has ${rows.length} rows`);
  }
  const [columns = [], ...body] = rows.map((cells) => cells.map(oneLine));
  // A single line is no heading of anything.
  const blocks = body.length === 0 ? [blockOf(columns, [])] : body.map((cells) => blockOf(cells, columns));
  return { title: null, blocks: blocks.filter(({ text: row }) => row !== '') };
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

/** The one that the first line has most of. */
function delimiterOf(text: string): string {
  const [head = ''] = text.split('\n', 1);
  const counted = [',', ';', '\t', '|'].map((sign) => ({ sign, count: head.split(sign).length }));
  return counted.toSorted((one, other) => other.count - one.count)[0]?.sign ?? ',';
}
