import { marked } from 'marked';
import type { Blocks } from '../document.ts';
import { readHtml } from './html.ts';

/** What HTML it holds is read as such. */
export function readMarkdown(text: string): Blocks {
  const withoutFrontMatter = text.replace(/^---\r?\n[\s\S]*?\r?\n---\r?\n/, '');
  const { blocks } = readHtml(
    `<body>${marked.parse(withoutFrontMatter, { async: false, gfm: true })}</body>`,
  );
  return { title: blocks[0]?.headings[0] ?? null, blocks };
}
