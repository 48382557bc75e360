import { describe, expect, it } from 'vitest';
import type { SipTrace } from '../../sip/index.ts';
import { createLadderLookup } from './ladder-lookup.ts';
import { createTraceBook } from './trace-book.ts';

const trace = (
  callId: string,
  startLine: string,
  text = `${startLine}\r\nCSeq: 1 INVITE\r\n\r\n`,
): SipTrace => ({
  ...{ atMs: 1, direction: 'in', transport: 'udp', local: '127.0.0.1:5060', peer: '127.0.0.1:5080' },
  ...{ callId, startLine, text },
});
const invite = 'INVITE sip:a@b SIP/2.0';

describe('book of traces', () => {
  it('keeps calls although many other messages come', () => {
    const book = createTraceBook({ maxCalls: 3 });
    book.add(trace('call', invite));
    for (let i = 0; i < 50; i += 1) book.add(trace(`scan-${i}`, 'OPTIONS sip:a@b SIP/2.0'));
    book.add(trace('call', 'SIP/2.0 200 OK'));
    expect(book.of('call')).toHaveLength(2);
    expect(book.of('scan-0')).toEqual([]);
    expect(book.of('scan-49')).toHaveLength(1);
    expect(book.last()).toBe('call');
  });

  it('forgets the call that was silent for longest, and holds no more than it may', () => {
    const book = createTraceBook({ maxCalls: 2, maxMessagesPerCall: 2, maxMessageChars: 10 });
    for (const callId of ['a', 'b', 'a', 'a', 'c']) book.add(trace(callId, invite));
    expect(book.of('b')).toEqual([]);
    expect(book.of('a').map(({ text }) => text.length)).toEqual([10, 10]);
    expect(book.last()).toBe('c');
  });

  it('tells whoever listens, until they stop', () => {
    const book = createTraceBook();
    const heard: string[] = [];
    const stop = book.listen(({ callId }) => heard.push(callId));
    book.add(trace('a', invite));
    stop();
    book.add(trace('b', invite));
    expect(heard).toEqual(['a']);
  });

  it('leads from the id of a call to its ladder', () => {
    const book = createTraceBook();
    const lookup = createLadderLookup(book, (id) => (id === 'ours' ? 'a' : null));
    expect(lookup('last')).toBeNull();
    book.add(trace('a', invite));
    for (const id of ['ours', 'a', 'last']) expect(lookup(id)).toMatchObject({ sipCallId: 'a' });
    expect(lookup('b')).toBeNull();
  });
});
