import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AgentDocument } from '../../engine/api/contract/index.ts';
import { differencesOf, wordPieces } from './agent-difference.ts';

const service = {
  ...{ id: 's1', name: 'Filling', aliases: [], durationMinutes: 60, priceMinor: 21_000, currency: 'USD' },
  ...{ bufferBeforeMinutes: 0, bufferAfterMinutes: 0, capacity: 1, staffIds: [] },
};
const document: AgentDocument = {
  ...{ agentName: 'Joe', profession: 'dentist', greeting: 'Hello, this is Acme.', prompt: 'Be kind.' },
  skills: ['book', 'message'],
  hours: [{ weekday: 1, fromMinute: 540, toMinute: 1020 }],
  services: [service],
  staff: [{ id: 'p1', name: 'Dr. Lee', hours: [] }],
  playbook: { address: null, directions: null, bookingSlots: [], skills: [], emergencies: [], menu: [] },
};
const told = (change: Partial<AgentDocument>): readonly string[] =>
  differencesOf(document, { ...document, ...change }).map(
    ({ about, pieces }) =>
      `${about}: ${pieces
        .filter(({ kind }) => kind !== 'same')
        .map(({ kind, text }) => `${kind === 'new' ? '+' : '-'}${text.trim()}`)
        .join(' ')}`,
  );

it('tells what differs, in words', () => {
  expect(told({})).toEqual([]);
  expect(told({ greeting: 'Hello, you reached Acme.' })).toEqual(['Greeting: -this is +you reached']);
  expect(told({ skills: ['book', 'lead'] })).toEqual(['Skills switched: -message off +lead on']);
  expect(told({ services: [{ ...service, priceMinor: 25_000 }] })).toEqual([
    'Service Filling: -price (cents): 21000 +price (cents): 25000',
  ]);
  expect(told({ services: [] })).toEqual(['Service Filling: -Removed']);
  expect(told({ services: [service, { ...service, id: 's2', name: 'Crown' }] })).toEqual([
    'Service Crown: +Added',
  ]);
  expect(told({ staff: [{ id: 'p1', name: 'Dr. Lee', hours: document.hours }] })).toEqual([
    expect.stringContaining('Dr. Lee: -hours: all opening hours +hours: Mon 9:00–17:00; Tue closed'),
  ]);
  const [hours] = told({ hours: [] });
  expect(hours).toMatch(/^Opening hours: /);
  const playbook = { ...document.playbook, menu: [{ id: 'pie', name: 'Pie', priceMinor: 500 }] };
  const [menu] = told({ playbook });
  expect(menu).toBe('Menu: +Pie · name: Pie\nPie · price (cents): 500');
});

it('finds both texts again in their pieces, and none where nothing differs', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ' ', 'dd', '\n'), { maxLength: 40 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const pieces = wordPieces(before, after);
      const side = (kind: 'old' | 'new') =>
        pieces
          .filter((piece) => piece.kind === kind || piece.kind === 'same')
          .map((piece) => piece.text)
          .join('');
      expect(side('old')).toBe(before);
      expect(side('new')).toBe(after);
      if (before === after) expect(pieces.every(({ kind }) => kind === 'same')).toBe(true);
    }),
  );
});
