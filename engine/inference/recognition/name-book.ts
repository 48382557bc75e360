import { readFile } from 'node:fs/promises';

/** A name, and the natural logarithm of how many of 100,000 people bear it. */
export interface CommonName {
  readonly name: string;
  readonly logCount: number;
}

/** Names that people have, the common ones first. */
export interface NameBook {
  readonly first: readonly CommonName[];
  readonly last: readonly CommonName[];
}

/** Of a name that is in the list without a count. */
const rareCount = 0.5;

/**
 * Names of the United States' census of 1990 (public domain), with others that are common where English is spoken
 * on the telephone; each with its bearers among 100,000 people, where it has some.
 */
export async function readNameBook(): Promise<NameBook> {
  const [first, last] = await Promise.all([read('first-names.txt'), read('last-names.txt')]);
  return { first, last };
}

async function read(file: string): Promise<readonly CommonName[]> {
  const text = await readFile(new URL(`names/${file}`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', count] = line.split(' ');
      return { name, logCount: Math.log(count === undefined ? rareCount : Number(count)) };
    });
}
