import mammoth from 'mammoth';
import { VoxboxError } from '../../foundation/index.ts';
import { type Blocks, documentLimits } from '../document.ts';
import { readHtml } from './html.ts';
import { unpackedBytes } from './zip.ts';

/** Pictures are left out. @throws VoxboxError `document_unreadable`, `document_too_large` */
export async function readDocx(bytes: Uint8Array): Promise<Blocks> {
  const buffer = Buffer.from(bytes);
  try {
    if (unpackedBytes(buffer, documentLimits.unpackedBytes) > documentLimits.unpackedBytes) {
      throw new VoxboxError('document_too_large', 'the Word document unpacks to more than 100 MB');
    }
    const { value } = await mammoth.convertToHtml(
      { buffer },
      { convertImage: mammoth.images.imgElement(async () => ({ src: '' })), externalFileAccess: false },
    );
    return { title: null, blocks: readHtml(`<body>${value}</body>`).blocks };
  } catch (cause) {
    if (cause instanceof VoxboxError) throw cause;
    throw new VoxboxError('document_unreadable', 'the Word document is damaged', { cause });
  }
}
