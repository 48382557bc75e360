import mammoth from 'mammoth';
import type { Blocks } from '../document.ts';
import { readHtml } from './html.ts';

/** Pictures are left out. */
export async function readDocx(bytes: Uint8Array): Promise<Blocks> {
  const { value } = await mammoth.convertToHtml(
    { buffer: Buffer.from(bytes) },
    { convertImage: mammoth.images.imgElement(async () => ({ src: '' })), externalFileAccess: false },
  );
  const { blocks } = readHtml(`<body>${value}</body>`);
  return { title: null, blocks };
}
