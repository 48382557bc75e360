import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from './database.ts';

/** What is kept as proof: the voice that was copied, and its owner's agreement. WAV files. */
export interface VoiceRecordings {
  readonly sample: Buffer;
  readonly consent: Buffer;
}

/** What one write or deletion takes, so that the engine's loop is held for a few milliseconds only. */
const pieceBytes = 64 * 1024;

/** Recordings in pieces. Those whose voice never came about, or was forgotten as the box stopped, go with the next. */
export function voicePieces(database: Database) {
  const insert = database.prepare(
    'insert into voice_pieces (voice_id, kind, position, bytes) values (?, ?, ?, ?)',
  );
  const read = database.prepare<{ bytes: Buffer }>(
    'select bytes from voice_pieces where voice_id = ? and kind = ? and position = ?',
  );
  const removeSome = database.prepare(
    'delete from voice_pieces where rowid in (select rowid from voice_pieces where voice_id = ? limit 8)',
  );
  const orphans = database.prepare<{ id: string }>(
    `select distinct voice_id as id from voice_pieces where voice_id not in (select id from cloned_voices)`,
  );
  const writing = new Set<string>();
  return {
    async write(id: string, kind: keyof VoiceRecordings, file: Buffer): Promise<void> {
      writing.add(id);
      for (let at = 0; at < file.length; at += pieceBytes) {
        await nextTurn();
        insert.run(id, kind, at / pieceBytes, file.subarray(at, at + pieceBytes));
      }
    },
    async read(id: string, kind: keyof VoiceRecordings): Promise<Buffer> {
      const found: Buffer[] = [];
      for (let row = read.get(id, kind, 0); row; row = read.get(id, kind, found.length)) {
        found.push(row.bytes);
        await nextTurn();
      }
      return Buffer.concat(found);
    },
    /** The voice has its row, or never gets one. */
    written: (id: string) => writing.delete(id),
    async removeOrphans(): Promise<void> {
      for (const { id } of orphans.all()) {
        while (!writing.has(id) && removeSome.run(id) > 0) await nextTurn();
      }
    },
  };
}
