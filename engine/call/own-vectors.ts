import { createHash } from 'node:crypto';
import { type Embed, embedOwn, type OwnVectors, type ProfileSnapshot } from '../agent/index.ts';

/** More businesses than this have their phrases embedded anew when they are called. */
const mostKept = 100;

/** The vectors of what each business alone says, made once for as long as it stays the same. */
export interface OwnVectorBook {
  of(snapshot: ProfileSnapshot, embed: Embed): Promise<OwnVectors>;
}

export function createOwnVectorBook(): OwnVectorBook {
  const kept = new Map<string, Promise<OwnVectors>>();
  return {
    of(snapshot, embed) {
      const key = keyOf(snapshot);
      const known = kept.get(key);
      if (known) return known;
      const made = embedOwn(snapshot, embed);
      // Who needs them sees the error; the next one tries anew.
      made.catch(() => kept.delete(key));
      kept.set(key, made);
      const [oldest] = kept.keys();
      if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
      return made;
    },
  };
}

const keyOf = ({ tenantId, services, playbook }: ProfileSnapshot): string => {
  const { skills = [], phrases = {} } = playbook ?? {};
  const own = [tenantId, services, skills.map((skill) => [skill.id, skill.phrases]), phrases];
  return createHash('sha256').update(JSON.stringify(own)).digest('hex');
};
