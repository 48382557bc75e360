import mammoth from 'mammoth';
import { VoxboxError } from '../../foundation/index.ts';
import type { Blocks } from '../document.ts';
import { readHtml } from './html.ts';

/** Pictures are left out. @throws VoxboxError `document_unreadable` */
export async function readDocx(bytes: Uint8Array): Promise<Blocks> {
  const { value } = await mammoth
    .convertToHtml(
      { buffer: Buffer.from(bytes) },
      { convertImage: mammoth.images.imgElement(async () => ({ src: '' })), externalFileAccess: false },
    )
    .catch((cause: unknown) => {
      throw new VoxboxError('document_unreadable', 'the Word document is damaged', { cause });
    });
  const { blocks } = readHtml(`<body>${value}</body>`);
  return { title: null, blocks };
}
