import { z } from 'zod';
import { numberModel } from './models.ts';
import { paths } from './paths.ts';
import { nothing, ofTenant, phoneNumber, removed } from './scope.ts';

/** Which numbers lead to a business; `tenant.list` tells them. Browser-safe, as the whole contract. */

const label = z.string().trim().max(60);
const one = z.object({ number: numberModel });

export const newNumberModel = z.strictObject({ number: phoneNumber, label: label.default('') });
export const numberChangeModel = z.strictObject({ label, active: z.boolean() }).partial();

export const numberMethods = {
  /** `:id` is the tenant's. A number leads to one business only: `tenant_exists` where it is taken. */
  'number.add': {
    verb: 'POST',
    path: paths['number.add'],
    query: nothing,
    body: newNumberModel,
    answer: one,
  },
  /** `:id` is the number. Who calls one that is not active hears that it is not in service. */
  'number.change': {
    verb: 'PATCH',
    path: paths['number.change'],
    query: ofTenant,
    body: numberChangeModel,
    answer: one,
  },
  'number.remove': { verb: 'DELETE', path: paths['number.remove'], query: ofTenant, answer: removed },
} as const;

export type PhoneNumber = z.infer<typeof numberModel>;
export type NewNumberRequest = z.input<typeof newNumberModel>;
export type NumberChangeRequest = z.infer<typeof numberChangeModel>;
