/**
 * Compiles srtp.ts to ../srtp.wasm (`npm run build:srtp`), or to the file that is named. The rounds of SHA-1 are written out here, all eighty, with
 * the words of the schedule in variables: the compiler does not unroll loops, and with one it takes twice as long.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const folder = import.meta.dirname;

/** FIPS 180-4 §4.1.1 and §4.2.1: function and constant of twenty rounds each, of the words called b, c, d. */
const stages = [
  { mix: ([b, c, d]: readonly string[]) => `${d} ^ (${b} & (${c} ^ ${d}))`, constant: '0x5a827999' },
  { mix: ([b, c, d]: readonly string[]) => `${b} ^ ${c} ^ ${d}`, constant: '0x6ed9eba1' },
  { mix: ([b, c, d]: readonly string[]) => `(${b} & ${c}) | (${d} & (${b} | ${c}))`, constant: '0x8f1bbcdc' },
  { mix: ([b, c, d]: readonly string[]) => `${b} ^ ${c} ^ ${d}`, constant: '0xca62c1d6' },
] as const;

/** FIPS 180-4 §6.1.2. Instead of the words' moving on, each round calls them by the next one's name. */
function sha1Source(): string {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const lines = [
    ...Array.from({ length: 16 }, (_, i) => `let w${i} = load<u32>(block, ${4 * i});`),
    ...names.map((name, i) => `let ${name} = load<u32>(from, ${4 * i});`),
  ];
  for (let round = 0; round < 80; round += 1) {
    const stage = stages[Math.floor(round / 20)] ?? stages[0];
    const [a, b, c, d, e] = names.map((_, i) => names[(i + 80 - round) % 5] ?? '');
    const word = (back: number): string => `w${(round + 16 - back) % 16}`;
    if (round >= 16) {
      lines.push(`${word(0)} = rotl(${word(16)} ^ ${word(14)} ^ ${word(8)} ^ ${word(3)}, 1);`);
    }
    // What waits for the word made last is added last: the rest is there by then.
    lines.push(
      `${e} += ${word(0)} + ${stage.constant};`,
      `${e} += ${stage.mix([b ?? '', c ?? '', d ?? ''])};`,
      `${e} += rotl(${a}, 5);`,
      `${b} = rotl(${b}, 30);`,
    );
  }
  lines.push(...names.map((name, i) => `store<u32>(to, load<u32>(from, ${4 * i}) + ${name}, ${4 * i});`));
  return `export function compress(block: usize, from: usize, to: usize): void {\n${lines.join('\n')}\n}\n`;
}

/** @throws Error with what the compiler said */
async function compileSrtp(): Promise<Uint8Array> {
  let made: Uint8Array | null = null;
  const args = [
    'srtp.ts',
    '-o',
    'srtp.wasm',
    '-O3',
    '--noAssert',
    '--runtime',
    'stub',
    '--initialMemory',
    '2',
  ];
  const { error, stderr } = await asc.main([...args, '--baseDir', folder], {
    readFile: (name, baseDir) => {
      if (name.endsWith('sha1.ts')) return sha1Source();
      const path = join(baseDir, name);
      return existsSync(path) ? readFileSync(path, 'utf8') : null;
    },
    writeFile: (_, contents) => {
      made = Buffer.from(contents);
    },
  });
  if (error || made === null) throw new Error(stderr.toString(), { cause: error });
  return made;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(process.argv[2] ?? new URL('../srtp.wasm', import.meta.url), await compileSrtp());
}
