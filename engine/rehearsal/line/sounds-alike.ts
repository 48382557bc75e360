/**
 * Names that a listener cannot tell apart: "Sara" and "Sarah", "Jon" and "John". The caller of a rehearsal knows what
 * the agent said as text, and must not take offence at a spelling that nobody can hear.
 */
export function soundsAlike(name: string, other: string): boolean {
  const [a, b] = [soundsOf(name), soundsOf(other)];
  return a.length === b.length && a.every((word, i) => word === b[i]);
}

/** The words of a name, each by its sounds. */
export const soundsOf = (name: string): readonly string[] =>
  (
    name
      .toLowerCase()
      .normalize('NFD')
      .match(/[\p{L}\p{M}'’-]+/gu) ?? []
  ).map(soundOf);

/** Letters that are spoken alike in English names are written alike; silent ones are left out. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/[^a-z]/g, ''],
  [/ph/g, 'f'],
  [/^kn/, 'n'],
  [/^wr/, 'r'],
  [/ck|q/g, 'k'],
  [/c(?=[eiy])|z/g, 's'],
  [/c(?!h)/g, 'k'],
  [/x/g, 'ks'],
  [/(?<=[a-z])h(?![aeiouy])/g, ''],
  [/(?:ie|ey|ee|ea|y)/g, 'i'],
  [/(?:ai|ay|ei)/g, 'e'],
  [/(?:au|aw|oa)/g, 'o'],
  [/(?<=[a-z]{2})e$/, ''],
  [/(.)\1+/g, '$1'],
];

const soundOf = (word: string): string =>
  rules.reduce((text, [pattern, letters]) => text.replace(pattern, letters), word);
