import { open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';

const tailBytes = 256 * 1024;
/** As many lines as are read in a millisecond or so. */
const linesAtOnce = 100;

/**
 * The end of a log of JSON lines. What stands under `pii` is left out, and what looks like a person's number or
 * address elsewhere is masked: the file goes to whoever helps.
 *
 * @returns no text where there is no such file yet
 */
export async function logTail(path: string): Promise<string> {
  const lines = (await endOf(path)).split('\n').filter((line) => line !== '');
  const out: string[] = [];
  for (const [at, line] of lines.entries()) {
    if (at > 0 && at % linesAtOnce === 0) await nextTurn();
    out.push(cleanLine(line));
  }
  return out.length === 0 ? '' : `${out.join('\n')}\n`;
}

async function endOf(path: string): Promise<string> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, tailBytes)), {
      position: from,
    });
    const text = buffer.toString('utf8', 0, bytesRead);
    // The first line may have begun earlier.
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await file.close();
  }
}

export function cleanLine(line: string): string {
  try {
    return JSON.stringify(cleaned(JSON.parse(line)));
  } catch {
    return masked(line);
  }
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return masked(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => name !== 'pii');
  return Object.fromEntries(kept.map(([name, part]) => [name, cleaned(part)]));
}

/** Who is called or written to: SIP and e-mail addresses before their host, and telephone numbers; no IP address, no day. */
const masked = (text: string): string =>
  text
    .replace(/\b(sips?|tel|mailto):[^@\s<>;"]+/gi, '$1:…')
    .replace(/[\w.%+-]+@(?=[\w-]+\.[\w.-]+)/g, '…@')
    .replace(/(?<![\w-])\+?\d[\d ().-]{5,17}\d(?![\w-])/g, (found) => {
      const digits = found.replace(/\D/g, '').length;
      const isOther = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\d{4}-\d{2}-\d{2})$/.test(found);
      return isOther || digits < 7 || digits > 15 ? found : '…';
    });
