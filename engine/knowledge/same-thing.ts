/** Callers and businesses name the same thing differently, and vectors of short questions often miss it. */
const rings = [
  ['child', 'children', 'kid', 'baby', 'toddler', 'infant', 'son', 'daughter'],
  ['checkup', 'examination', 'exam'],
  ['doctor', 'physician'],
  ['pain', 'hurt', 'ache', 'sore'],
  ['car', 'vehicle'],
  ['bike', 'bicycle'],
  ['taxi', 'cab'],
  ['elevator', 'lift'],
  ['restroom', 'bathroom', 'toilet'],
  ['repair', 'fix'],
  ['shut', 'close'],
  ['guarantee', 'warranty'],
  ['invoice', 'bill'],
  ['photo', 'picture'],
] as const;

const namesOf = new Map<string, readonly string[]>(
  rings.flatMap((ring) => ring.map((name) => [name, ring] as const)),
);

/** A word and the others for the same thing, in their basic forms. */
export const namesFor = (word: string): readonly string[] =>
  namesOf.get(word) ?? namesOf.get(word.replace(/s$/, '')) ?? [word];
