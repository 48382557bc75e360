import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hasCode } from '../foundation/index.ts';
import { fakeDocx, fakePdf } from './fake-documents.ts';
import { unpackedBytes } from './formats/zip.ts';
import { readDocument } from './reading.ts';

const read = (name: string, content: string | Uint8Array) =>
  readDocument({ name, bytes: typeof content === 'string' ? Buffer.from(content) : content });
const headingsAndTexts = async (name: string, content: string | Uint8Array) =>
  (await read(name, content)).passages.map(({ heading, text }) => [heading, text]);
const code = (wanted: Parameters<typeof hasCode>[1]) => (error: unknown) => hasCode(error, wanted);

/** No password fits: 32 bytes that come of one, and the same again (ISO 32000-1 §7.6.3.4). */
const key = `<${'5a'.repeat(32)}>`;
const lockedPdf = Buffer.from(
  Buffer.from(fakePdf(['We open at nine.']))
    .toString('latin1')
    .replace(
      '/Root 1 0 R',
      `/Root 1 0 R /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /O ${key} /U ${key} /P -44 >>`,
    ),
  'latin1',
);

/** One entry that says nothing true of its size (APPNOTE 4.3). */
function deflatedZip(name: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content);
  const head = Buffer.alloc(26);
  head.writeUInt16LE(8, 4);
  head.writeUInt32LE(packed.length, 14);
  head.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), head, Buffer.from(name), packed]);
  const entry = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    Buffer.alloc(2),
    head,
    Buffer.alloc(14),
    Buffer.from(name),
  ]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(entry.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, entry, Buffer.from('PK\x05\x06'), end]);
}

describe('reading a document', () => {
  it('takes the text of a PDF, its large lines as headings, without page numbers', async () => {
    const pdf = fakePdf([
      '# Parking\nThe garage lies below the building and can be entered from Pine Street, through the big build-\ning. The first two hours are free.\n1',
      '# Payment\nCards (and cash) are taken.\n2',
    ]);
    expect(await headingsAndTexts('guide.pdf', pdf)).toEqual([
      [
        'Parking',
        'The garage lies below the building and can be entered from Pine Street, through the big building. The first two hours are free.',
      ],
      ['Payment', 'Cards (and cash) are taken.'],
    ]);
  });

  it('says of a scanned PDF that it has no text, and of a damaged one that it cannot be read', async () => {
    await expect(read('scan.pdf', fakePdf(['']))).rejects.toSatisfy(code('document_unreadable'));
    await expect(read('scan.pdf', fakePdf(['']))).rejects.toThrow('pictures and no text');
    await expect(read('bad.pdf', '%PDF-1.4 nothing of the kind')).rejects.toSatisfy(
      code('document_unreadable'),
    );
  });

  it('takes headings, paragraphs and tables of a Word document', async () => {
    const docx = fakeDocx([
      '# Hours',
      'We open at nine.',
      '# Prices',
      '| Filling | $210 |',
      '| Crown | $900 |',
    ]);
    expect(await headingsAndTexts('hours.docx', docx)).toEqual([
      ['Hours', 'We open at nine.'],
      ['Prices', 'Filling: $210.\nCrown: $900.'],
    ]);
    await expect(read('bad.docx', 'PK\x03\x04 and no more')).rejects.toSatisfy(code('document_unreadable'));
    await expect(read('bad.docx', 'plain words')).rejects.toSatisfy(code('document_unreadable'));
  });

  it('takes the main text of a page, not its menus, scripts and footers', async () => {
    const html = `<!doctype html><html><head><title>The &amp; house</title><script>var a = 'no';</script></head><body>
      <nav>Home | About</nav><main><h1>House</h1><p>Ring the <b>blue</b>
      bell.</p><h2>Pets?</h2><p>Dogs may come in.</p><ul><li>Cats too</li><li>No birds</li></ul>
      <table><tr><th>Day</th><th>Open</th></tr><tr><td>Monday</td><td>9 to 5</td></tr></table>
      <h2>Empty</h2><h2>Rest</h2><p><strong>By hand</strong></p><p>Bold lines are headings.</p></main>
      <footer>Imprint</footer></body></html>`;
    const document = await read('index.html', html);
    expect(document.title).toBe('The & house');
    expect(document.passages).toEqual([
      { kind: 'prose', heading: 'House', text: 'Ring the blue bell.' },
      {
        kind: 'answer',
        heading: 'House \u203a Pets?',
        text: 'Dogs may come in.\nCats too\nNo birds\nDay: Monday; Open: 9 to 5.',
      },
      { kind: 'prose', heading: 'House', text: 'Empty' },
      { kind: 'prose', heading: 'House \u203a Rest \u203a By hand', text: 'Bold lines are headings.' },
    ]);
  });

  it('reads Markdown with its headings', async () => {
    const text =
      '---\ntitle: x\n---\n# Shop\n\nHello *there*, [you](http://example.com).\n\n## When?\n\n1. At nine\n2. At ten\n';
    expect(await headingsAndTexts('shop.md', text)).toEqual([
      ['Shop', 'Hello there, you.'],
      ['Shop \u203a When?', 'At nine\nAt ten'],
    ]);
  });

  it('makes a passage of each row of a table, with its headings', async () => {
    const { passages } = await read(
      'prices.csv',
      'Service;Price;Notes\nFilling;$210;\n"Crown; gold";$900;on request\n',
    );
    expect(passages).toEqual([
      { kind: 'row', heading: '', text: 'Service: Filling. Price: $210.' },
      { kind: 'row', heading: '', text: 'Service: Crown; gold. Price: $900. Notes: on request.' },
    ]);
    const faq = await read('faq.csv', 'Question,Answer\nWhen do you open?,At nine\n');
    expect(faq.passages).toEqual([{ kind: 'answer', heading: 'When do you open?', text: 'At nine.' }]);
  });

  it('finds headings, questions and broken lines in plain text', async () => {
    const text = `The shop on the corner

PARKING

Park behind the house, where the lot has a barrier that opens by itself
as soon as you stand before it.

Q: Do you repair shoes?
A: Yes, within a day.

Is there a toilet?

Ask for the key.

This sentence belongs to no question.`;
    expect(await headingsAndTexts('shop.txt', text)).toEqual([
      [
        'The shop on the corner \u203a PARKING',
        'Park behind the house, where the lot has a barrier that opens by itself as soon as you stand before it.',
      ],
      ['The shop on the corner \u203a PARKING \u203a Do you repair shoes?', 'Yes, within a day.'],
      ['The shop on the corner \u203a PARKING \u203a Is there a toilet?', 'Ask for the key.'],
      ['The shop on the corner \u203a PARKING', 'This sentence belongs to no question.'],
    ]);
  });

  it('knows the usual encodings', async () => {
    const words = 'The caf\u00e9 opens at nine.';
    for (const bytes of [
      Buffer.from(words),
      Buffer.from(words, 'latin1'),
      Buffer.from(`\ufeff${words}`, 'utf16le'),
    ]) {
      expect((await read('a.txt', bytes)).passages[0]?.text).toBe(words);
    }
    const page = Buffer.from(
      `<html><meta charset="iso-8859-1"><body><p>${words}</p></body></html>`,
      'latin1',
    );
    expect((await read('a.html', page)).passages[0]?.text).toBe(words);
  });

  it('is not misled by a wrong label, or by a byte that is none of the rest', async () => {
    const words = 'The caf\u00e9 opens at nine.';
    const labelled = { name: 'a.txt', contentType: 'text/plain; charset=utf-8' };
    for (const bytes of [Buffer.from(words, 'latin1'), Buffer.from(words, 'utf16le')]) {
      expect((await readDocument({ ...labelled, bytes })).passages[0]?.text).toBe(words);
    }
    const damaged = Buffer.concat([Buffer.from(words), Buffer.from([0xa0])]);
    expect((await readDocument({ ...labelled, bytes: damaged })).passages[0]?.text).toBe(words);
  });

  it.each([
    ['a quoted sign in the first line', '"Service, all kinds";Price\nFilling;210,50\n', 'Price: 210,50.'],
    ['the sign named as Excel does', 'sep=|\nService, all kinds|Price\nFilling|210\n', 'Price: 210.'],
    ['a title above it', 'Prices of 2026\n\nService;Price\nFilling;210\n', 'Service: Filling. Price: 210.'],
    ['a quotation mark that is never closed', 'Service,Price\n"Filling,210\nCrown,900\n', 'Price: 210.'],
  ])('reads a table with %s', async (_, table, wanted) => {
    const [row] = (await read('prices.csv', table)).passages;
    expect(row?.text).toContain(wanted);
  });

  it('says what is wrong with a document in words of its own, and how it can be read', async () => {
    await expect(read('locked.pdf', lockedPdf)).rejects.toThrow('save a copy without a password');
    await expect(read('bad.pdf', '%PDF-1.4 nothing of the kind')).rejects.toThrow('the PDF is damaged');
    await expect(read('a.docx', 'PK\x03\x04 word/ and no more')).rejects.toThrow('document is damaged');
    await expect(read('a.xlsx', 'PK\x03\x04 xl/workbook.xml')).rejects.toThrow('save a table as CSV');
    await expect(read('a.rtf', '{\\rtf1\\ansi Open at nine}')).rejects.toThrow('RTF');
    await expect(read('a.doc', Buffer.from('d0cf11e0a1b11ae1', 'hex'))).rejects.toThrow('old Word');
  });

  it('unpacks no more than a document can hold', () => {
    const docx = Buffer.from(fakeDocx(['word '.repeat(100), 'more']));
    const bytes = unpackedBytes(docx, 1_000_000);
    expect(bytes).toBeGreaterThan(500);
    expect(unpackedBytes(docx, bytes)).toBe(bytes);
    expect(unpackedBytes(docx, bytes - 1)).toBe(Number.POSITIVE_INFINITY);
    const bomb = deflatedZip('word/document.xml', Buffer.alloc(5_000_000));
    expect(bomb.length).toBeLessThan(10_000);
    expect(unpackedBytes(bomb, 5_000_000)).toBe(5_000_000);
    expect(unpackedBytes(bomb, 4_999_999)).toBe(Number.POSITIVE_INFINITY);
    for (let length = 0; length < bomb.length; length += 97) {
      expect(() => unpackedBytes(bomb.subarray(0, length), 1_000)).toThrow();
    }
  });

  it('gives up a document that takes too much of the memory', async () => {
    const large = { name: 'large.txt', bytes: Buffer.from('word '.repeat(300_000)) };
    await expect(readDocument(large, { growthBytes: 1 })).rejects.toSatisfy(code('document_too_large'));
  });

  it('refuses what is empty, of another kind, or too large', async () => {
    await expect(read('a.txt', ' \n ')).rejects.toSatisfy(code('document_unreadable'));
    await expect(read('a.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]))).rejects.toSatisfy(
      code('document_unreadable'),
    );
    await expect(read('a.txt', Buffer.alloc(20_000_001, 'a'))).rejects.toSatisfy(code('document_too_large'));
    await expect(read('a.txt', 'word '.repeat(450_000))).rejects.toSatisfy(code('document_too_large'));
    const aborted = readDocument({ name: 'a.txt', bytes: Buffer.from('a') }, { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toSatisfy(code('aborted'));
  });
});
