import { z } from 'zod';
import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

/** Details that callers say and that are nobody's business afterwards. */
export const sensitiveKinds = [
  'card',
  'card-security',
  'us-ssn',
  'uk-ni',
  'in-aadhaar',
  'in-pan',
  'iban',
  'secret',
  'birth-date',
  'health',
] as const;
export type SensitiveKind = (typeof sensitiveKinds)[number];

export const privacySchema = z.strictObject({
  /** Whether callers are remembered from call to call. Off: nothing is kept, and nothing is used. */
  memory: z.boolean().default(true),
  redaction: z
    .strictObject({
      /** `on-screen`: the words are kept and shown masked; `erase`: they are gone, from the recording too. */
      mode: z.enum(['none', 'on-screen', 'erase']).default('on-screen'),
      kinds: z
        .array(z.enum(sensitiveKinds))
        .max(20)
        .default([
          'card',
          'card-security',
          'us-ssn',
          'uk-ni',
          'in-aadhaar',
          'in-pan',
          'iban',
          'secret',
          'birth-date',
        ]),
    })
    .prefault({}),
});

/** How a tenant treats what callers say of themselves. */
export type PrivacyPolicy = z.output<typeof privacySchema>;

export interface Privacy {
  /** What was set, else: callers are remembered, numbers of cards and papers are masked on screens. */
  policy(): PrivacyPolicy;
  /** Switching the memory off forgets what it held. @throws VoxboxError `input_invalid` */
  setPolicy(policy: z.input<typeof privacySchema>): void;
}

export function privacyRows(
  database: Database,
  { tenantId, events }: { tenantId: string; events: EventLog },
): Privacy {
  const read = database.prepare<{ body: string }>('select body from privacy');
  const put = database.prepare(
    'insert into privacy (id, body) values (1, ?) on conflict (id) do update set body = excluded.body',
  );
  // Who asked not to be remembered has asked for good.
  const forget = database.prepare('delete from callers where opted_out = 0');
  return {
    policy: () => privacySchema.parse(JSON.parse(read.get()?.body ?? '{}')),
    setPolicy: (given) => {
      const parsed = privacySchema.safeParse(given);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        throw new VoxboxError(
          'input_invalid',
          `${issue?.path.join('.') || 'privacy'}: ${issue?.message ?? 'not valid'}`,
        );
      }
      events.transaction(() => {
        put.run(JSON.stringify(parsed.data));
        if (!parsed.data.memory) forget.run();
        events.record({ type: 'privacy.changed', tenantId });
      });
    },
  };
}
