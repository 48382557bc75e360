import { readFileSync } from 'node:fs';
import type { Expecting } from '../../../engine/agent/index.ts';
import type { Half } from './speakers.ts';

/** A caller's turn: what is said between pauses, and what the agent waits for. */
export interface TurnLine {
  readonly kind: 'turn';
  readonly expecting: Expecting;
  readonly parts: readonly string[];
  /** Between the parts. */
  readonly pausesMs: readonly number[];
  /** As it stands in the file. */
  readonly line: string;
}

export type NoiseKind =
  | 'cough'
  | 'sneeze'
  | 'sniff'
  | 'door'
  | 'line-noise'
  | 'keyboard'
  | 'breath'
  | 'throat';

/** What the caller's side makes heard while the agent talks; only a barge-in is meant to stop it. */
export type SoundLine =
  | { readonly kind: 'barge-in' | 'backchannel' | 'background'; readonly text: string }
  | { readonly kind: 'hum' | 'laughter' }
  | { readonly kind: 'noise'; readonly noise: NoiseKind };

interface SoundsFile {
  readonly 'barge-in': readonly string[];
  readonly backchannel: readonly string[];
  readonly hum: number;
  readonly laughter: number;
  readonly noise: Readonly<Record<NoiseKind, number>>;
  readonly background: readonly string[];
}

const read = <T>(name: string): Readonly<Record<Half, T>> =>
  JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));

/** The turns of one half, in the order of the file. A pause is written `|600|`, in milliseconds. */
export function turnLines(half: Half): readonly TurnLine[] {
  const groups = Object.entries(read<Readonly<Record<string, readonly string[]>>>('./turns.json')[half]);
  return groups.flatMap(([group, lines]) =>
    lines.map((line): TurnLine => {
      const pieces = line.split('|').map((piece) => piece.trim());
      return {
        kind: 'turn',
        expecting: (group === 'open-lists' ? 'open' : group) as Expecting,
        parts: pieces.filter((_, index) => index % 2 === 0),
        pausesMs: pieces.filter((_, index) => index % 2 === 1).map(Number),
        line,
      };
    }),
  );
}

export function soundLines(half: Half): readonly SoundLine[] {
  const file = read<SoundsFile>('./sounds.json')[half];
  const spoken = (kind: 'barge-in' | 'backchannel' | 'background') =>
    file[kind].map((text): SoundLine => ({ kind, text }));
  const times = <T>(count: number, make: () => T): readonly T[] => Array.from({ length: count }, make);
  return [
    ...spoken('barge-in'),
    ...spoken('backchannel'),
    ...times<SoundLine>(file.hum, () => ({ kind: 'hum' })),
    ...times<SoundLine>(file.laughter, () => ({ kind: 'laughter' })),
    ...Object.entries(file.noise).flatMap(([noise, count]) =>
      times<SoundLine>(count, () => ({ kind: 'noise', noise: noise as NoiseKind })),
    ),
    ...spoken('background'),
  ];
}
