/** A reproducible stream of numbers 0 ≤ x < 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What has broken parsers before: separators, extremes, controls, half of things. */
const tokens: readonly string[] = [
  ...[
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\r',
    '\0',
    ';',
    ',',
    ':',
    '<',
    '>',
    '"',
    '\\',
    '%',
    '=',
    '@',
    '?',
    '[',
    ']',
    ' ',
    '\t',
  ],
  ...[
    '0',
    '-1',
    '1',
    '65535',
    '65536',
    '2147483648',
    '4294967296',
    '18446744073709551616',
    '99999999999999999999',
  ],
  ...[
    '%00',
    '%',
    '%zz',
    '\u00ff',
    '\u0080',
    '*',
    '()',
    '""',
    '<>',
    'sip:',
    'sips:',
    'tel:',
    ';tag=',
    ';branch=z9hG4bK',
  ],
  ...[
    'SIP/2.0',
    'Via: ',
    'Content-Length: ',
    'CSeq: ',
    'Route: <sip:127.0.0.1;lr>\r\n',
    'm=audio ',
    'a=rtpmap:',
    'c=IN IP4 ',
  ],
  'a'.repeat(300),
  '('.repeat(200),
  ','.repeat(400),
  '\r\n '.repeat(60),
];

const pick = <T>(random: () => number, list: readonly T[]): T | undefined =>
  list[Math.floor(random() * list.length)];
const within = (random: () => number, limit: number): number => Math.floor(random() * limit);

type Change = (octets: Buffer, random: () => number, corpus: readonly Buffer[]) => Buffer;

const changes: readonly Change[] = [
  // Some bits of some octets.
  (octets, random) => {
    const changed = Buffer.from(octets);
    for (let times = 1 + within(random, 4); times > 0 && changed.length > 0; times -= 1) {
      const at = within(random, changed.length);
      changed[at] = (changed[at] ?? 0) ^ (1 << within(random, 8));
    }
    return changed;
  },
  // A token somewhere.
  (octets, random) => {
    const at = within(random, octets.length + 1);
    const token = Buffer.from(pick(random, tokens) ?? '', 'latin1');
    return Buffer.concat([octets.subarray(0, at), token, octets.subarray(at)]);
  },
  // A stretch left out.
  (octets, random) => {
    const at = within(random, octets.length + 1);
    return Buffer.concat([octets.subarray(0, at), octets.subarray(at + 1 + within(random, 40))]);
  },
  // A stretch twice.
  (octets, random) => {
    const at = within(random, octets.length + 1);
    const end = at + 1 + within(random, 120);
    return Buffer.concat([octets.subarray(0, end), octets.subarray(at)]);
  },
  // The beginning only.
  (octets, random) => octets.subarray(0, within(random, octets.length + 1)),
  // The head of one, the tail of another.
  (octets, random, corpus) => {
    const other = pick(random, corpus) ?? octets;
    return Buffer.concat([
      octets.subarray(0, within(random, octets.length + 1)),
      other.subarray(within(random, other.length + 1)),
    ]);
  },
  // A number that is another.
  (octets, random) => {
    const text = octets.toString('latin1');
    const numbers = [...text.matchAll(/\d+/g)];
    const chosen = pick(random, numbers);
    if (!chosen) return octets;
    const value = pick(random, ['0', '-1', '4294967296', '99999999999999999999', '1e9', '', '65536']) ?? '';
    return Buffer.from(
      text.slice(0, chosen.index) + value + text.slice(chosen.index + chosen[0].length),
      'latin1',
    );
  },
  // Two lines change places.
  (octets, random) => {
    const lines = octets.toString('latin1').split('\r\n');
    const [a, b] = [within(random, lines.length), within(random, lines.length)];
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
    return Buffer.from(lines.join('\r\n'), 'latin1');
  },
];

/** One to four changes of one entry of the corpus. */
export function mutate(random: () => number, corpus: readonly Buffer[]): Buffer {
  let octets = pick(random, corpus) ?? Buffer.alloc(0);
  for (let times = 1 + within(random, 4); times > 0; times -= 1) {
    octets = (pick(random, changes) ?? ((same: Buffer) => same))(octets, random, corpus);
  }
  return octets.subarray(0, 60_000);
}
