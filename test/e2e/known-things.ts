import { systemIds } from '../../engine/foundation/index.ts';
import { fakeEmbed } from '../../engine/knowledge/fake-embedding.ts';
import { ingest } from '../../engine/knowledge/index.ts';
import type { TenantStore } from '../../engine/store/index.ts';
import type { SetClock } from './practice.ts';

const priceList = 'Service,Price\nCheck-up and cleaning,$120\nFilling,$210\nWhitening,$350\n';
const house = '# Parking\n\nYou can park behind the house, and it is free for two hours.\n';

/** Prices, parking and an answer are known; two questions are not. */
export async function fillKnowledge(store: TenantStore, clock: SetClock): Promise<void> {
  const parts = { store, embed: fakeEmbed, clock, ids: systemIds };
  const file = (name: string, text: string) => ({ kind: 'file', name, bytes: Buffer.from(text) }) as const;
  await ingest(file('prices.csv', priceList), parts);
  await ingest(file('house.md', house), parts);
  const [question, answer] = ['Do you treat children?', 'Yes, from their first tooth on.'];
  await ingest({ kind: 'answer', question, answer }, parts);
  const [call] = store.calls.list({ limit: 1 });
  for (let times = 0; times < 3; times += 1) {
    store.unanswered.record('Do you have an X-ray machine in the house?', call?.id ?? null);
  }
  store.unanswered.record('Is there a lift?', null);
}
