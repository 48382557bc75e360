import { type Clock, VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { ClonedVoice, Pronunciation, SpeechSettings, TurnTaking } from './model.ts';
import { type VoiceRecordings, voicePieces } from './voice-pieces.ts';

export interface VoiceChange {
  /** Model id of the local voice; where a copied one is chosen, the one that stands in for it. */
  readonly voice: string;
  /** Id of the tenant's copied voice that speaks in its place. */
  readonly clonedVoiceId: string | null;
  readonly speed: number;
  readonly turnTaking: TurnTaking;
}

/** How a tenant's agent sounds. A change is for calls that come from now on. */
export interface Voices {
  settings(): SpeechSettings;
  /** @throws VoxboxError `input_invalid`, `not_found` */
  save(change: VoiceChange): void;
  /** The whole dictionary, in the order in which it is shown. @throws VoxboxError `input_invalid` */
  saveDictionary(entries: readonly Pronunciation[]): void;
  /** Copied voices, oldest first. */
  cloned(): ClonedVoice[];
  /** Id of the copied voice that is in use. */
  chosen(): string | null;
  /** The recordings are written piece by piece, so that calls are not held up; the voice counts at the end. */
  keep(voice: Omit<ClonedVoice, 'createdAtMs'>, recordings: VoiceRecordings): Promise<ClonedVoice>;
  /** @throws VoxboxError `not_found` */
  recording(id: string, kind: keyof VoiceRecordings): Promise<Buffer>;
  /** Its recordings go too; where it was in use, the local voice speaks again. @throws VoxboxError `not_found` */
  forget(id: string): Promise<void>;
}

const speechLimits = {
  speed: { min: 0.7, max: 1.3 },
  floorMs: { min: 150, max: 1000 },
  ceilingMs: { min: 800, max: 4000 },
  words: 500,
  wordLength: 60,
  spokenLength: 120,
} as const;

type VoiceRow = Omit<ClonedVoice, 'consent'> & ClonedVoice['consent'];
type SpeechRow = TurnTaking & { readonly speed: number; readonly clonedVoiceId: string | null };

const columns = `id, name, vendor, voice, speaker, sentence, heard, consented_at_ms as atMs,
  created_at_ms as createdAtMs`;

const fromRow = ({ speaker, sentence, heard, atMs, ...voice }: VoiceRow): ClonedVoice => ({
  ...voice,
  consent: { speaker, sentence, heard, atMs },
});

interface RowParts {
  readonly tenantId: string;
  readonly clock: Clock;
  readonly events: EventLog;
}

export function voiceRows(database: Database, parts: RowParts): Voices {
  const { tenantId, events } = parts;
  const speech = speechRows(database);
  const { need, ...copies } = copiedVoices(database, parts);
  return {
    ...copies,
    settings() {
      const { speed, floorMs, ceilingMs, clonedVoiceId } = speech.read();
      const copied = clonedVoiceId === null ? null : need(clonedVoiceId);
      return {
        speed,
        pronunciations: speech.words(),
        turnTaking: { floorMs, ceilingMs },
        clonedVoice: copied && { vendor: copied.vendor, voice: copied.voice },
      };
    },
    save: ({ voice, clonedVoiceId, speed, turnTaking: { floorMs, ceilingMs } }) =>
      events.transaction(() => {
        within('speed', speed, speechLimits.speed);
        within('floorMs', floorMs, speechLimits.floorMs);
        within('ceilingMs', ceilingMs, speechLimits.ceilingMs);
        if (floorMs > ceilingMs) throw new VoxboxError('input_invalid', 'floorMs: is more than ceilingMs');
        if (clonedVoiceId !== null) need(clonedVoiceId);
        speech.save(voice, { speed, floorMs, ceilingMs, clonedVoiceId });
        events.record({ type: 'voice.changed', tenantId });
      }),
    saveDictionary: (entries) =>
      events.transaction(() => {
        const wrong = wordTrouble(entries);
        if (wrong) throw new VoxboxError('input_invalid', wrong);
        speech.saveWords(entries);
        events.record({ type: 'dictionary.changed', tenantId });
      }),
    chosen: () => speech.read().clonedVoiceId,
  };
}

function speechRows(database: Database) {
  const read = database.prepare<SpeechRow>(
    `select speed, floor_ms as floorMs, ceiling_ms as ceilingMs, cloned_voice_id as clonedVoiceId from speech`,
  );
  const words = database.prepare<Pronunciation>('select word, spoken from pronunciations order by position');
  const saveVoice = database.prepare('update profile set voice = ?');
  const save = database.prepare(
    `update speech set speed = :speed, floor_ms = :floorMs, ceiling_ms = :ceilingMs,
       cloned_voice_id = :clonedVoiceId`,
  );
  const clearWords = database.prepare('delete from pronunciations');
  const insertWord = database.prepare(
    'insert into pronunciations (position, word, spoken) values (:position, :word, :spoken)',
  );
  return {
    read(): SpeechRow {
      const row = read.get();
      if (!row) throw new VoxboxError('database_broken', 'a tenant has no settings of its voice');
      return row;
    },
    words: () => words.all(),
    save(voice: string, row: SpeechRow): void {
      saveVoice.run(voice);
      save.run(row);
    },
    saveWords(entries: readonly Pronunciation[]): void {
      clearWords.run();
      for (const [position, { word, spoken }] of entries.entries()) {
        insertWord.run({ position, word: word.trim(), spoken: spoken.trim() });
      }
    },
  };
}

function copiedVoices(database: Database, { tenantId, clock, events }: RowParts) {
  const byId = database.prepare<VoiceRow>(`select ${columns} from cloned_voices where id = ?`);
  const list = database.prepare<VoiceRow>(`select ${columns} from cloned_voices order by created_at_ms, id`);
  const insert = database.prepare(
    `insert into cloned_voices (id, name, vendor, voice, speaker, sentence, heard, consented_at_ms, created_at_ms)
     values (:id, :name, :vendor, :voice, :speaker, :sentence, :heard, :atMs, :createdAtMs)`,
  );
  const unchoose = database.prepare('update speech set cloned_voice_id = null where cloned_voice_id = ?');
  const remove = database.prepare('delete from cloned_voices where id = ?');
  const pieces = voicePieces(database);
  const need = (id: string): ClonedVoice => {
    const row = byId.get(id);
    if (!row) throw new VoxboxError('not_found', `there is no copied voice ${id}`);
    return fromRow(row);
  };
  return {
    need,
    cloned: (): ClonedVoice[] => list.all().map(fromRow),
    async keep(voice: Omit<ClonedVoice, 'createdAtMs'>, recordings: VoiceRecordings): Promise<ClonedVoice> {
      await pieces.removeOrphans();
      try {
        for (const kind of ['sample', 'consent'] as const)
          await pieces.write(voice.id, kind, recordings[kind]);
        return events.transaction(() => {
          const { consent, ...rest } = voice;
          insert.run({ ...rest, ...consent, createdAtMs: clock.nowMs() });
          events.record({ type: 'voice.cloned', tenantId, voiceId: voice.id });
          return need(voice.id);
        });
      } finally {
        pieces.written(voice.id);
      }
    },
    async recording(id: string, kind: keyof VoiceRecordings): Promise<Buffer> {
      need(id);
      return pieces.read(id, kind);
    },
    async forget(id: string): Promise<void> {
      events.transaction(() => {
        need(id);
        const wasChosen = unchoose.run(id) > 0;
        remove.run(id);
        if (wasChosen) events.record({ type: 'voice.changed', tenantId });
        events.record({ type: 'voice.forgotten', tenantId, voiceId: id });
      });
      await pieces.removeOrphans();
    },
  };
}

function within(name: string, value: number, { min, max }: { min: number; max: number }): void {
  if (!(value >= min && value <= max)) {
    throw new VoxboxError('input_invalid', `${name}: must be ${min} to ${max}`);
  }
}

function wordTrouble(entries: readonly Pronunciation[]): string | null {
  const { words, wordLength, spokenLength } = speechLimits;
  if (entries.length > words) return `dictionary: holds ${words} words at most`;
  const seen = new Set<string>();
  for (const { word, spoken } of entries) {
    const name = word.normalize('NFC').trim().toLowerCase();
    if (!/[\p{L}\p{N}]/u.test(name) || name.length > wordLength) {
      return `word: "${word}" must have a letter or figure, and ${wordLength} characters at most`;
    }
    if (spoken.trim() === '' || spoken.length > spokenLength) {
      return `spoken: "${word}" needs 1 to ${spokenLength} characters that say how it sounds`;
    }
    if (seen.has(name)) return `word: "${word}" is there twice`;
    seen.add(name);
  }
  return null;
}
