import { z } from 'zod';
import { callMethods } from './call-methods.ts';
import { deskMethods } from './desk.ts';
import { lineTestMethods } from './line.ts';
import { lineMethods } from './line-methods.ts';
import {
  appointmentModel,
  callDetailModel,
  callModel,
  newTenantModel,
  statusModel,
  tenantChangeModel,
  tenantModel,
} from './models.ts';
import { type MethodName, paths } from './paths.ts';
import { providerMethods } from './providers.ts';
import { voiceMethods } from './voices.ts';

const timeMs = z.coerce.number().int().nonnegative();
const limit = z.coerce.number().int().min(1).max(500);
const id = z.string().min(1).max(64);

const nothing = z.strictObject({});

interface Method {
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query: z.ZodType;
  readonly body?: z.ZodType;
  /** The body is a file of one of these types, in place of JSON. */
  readonly upload?: { readonly types: readonly string[]; readonly maxBytes: number };
  /** Absent where the answer is no JSON. */
  readonly answer?: z.ZodType;
}

/** Every method of the API, `noun.verb`. Parameters that are not named here are refused. */
export const methods = {
  'tenant.list': {
    verb: 'GET',
    path: paths['tenant.list'],
    query: nothing,
    answer: z.object({ tenants: z.array(tenantModel) }),
  },
  'tenant.create': {
    verb: 'POST',
    path: paths['tenant.create'],
    query: nothing,
    body: newTenantModel,
    answer: z.object({ tenant: tenantModel }),
  },
  /** Calls in progress go on as they began. */
  'tenant.change': {
    verb: 'PATCH',
    path: paths['tenant.change'],
    query: nothing,
    body: tenantChangeModel,
    answer: z.object({ tenant: tenantModel }),
  },
  ...lineMethods,
  ...lineTestMethods,
  ...providerMethods,
  ...voiceMethods,
  /** Latest first; of every tenant when none is named. */
  'call.list': {
    verb: 'GET',
    path: paths['call.list'],
    query: z.strictObject({ tenant: id.optional(), limit: limit.default(100) }),
    answer: z.object({ calls: z.array(callModel) }),
  },
  'call.read': {
    verb: 'GET',
    path: paths['call.read'],
    query: nothing,
    answer: callDetailModel,
  },
  /** The stereo WAV, caller left, agent right; answers Range requests (RFC 9110 §14). */
  'call.recording': {
    verb: 'GET',
    path: paths['call.recording'],
    query: nothing,
  },
  ...callMethods,
  /** Earliest first; those that start in [from, to). */
  'appointment.list': {
    verb: 'GET',
    path: paths['appointment.list'],
    query: z.strictObject({
      tenant: id.optional(),
      from: timeMs,
      to: timeMs,
      limit: limit.default(200),
    }),
    answer: z.object({ appointments: z.array(appointmentModel) }),
  },
  ...deskMethods,
  /** Puts a model in the place of the one of its use; what is under way ends with the old one. */
  'model.use': {
    verb: 'POST',
    path: paths['model.use'],
    query: nothing,
    answer: z.object({ models: statusModel.shape.models }),
  },
  'box.status': {
    verb: 'GET',
    path: paths['box.status'],
    query: nothing,
    answer: statusModel,
  },
} as const satisfies Record<MethodName, Method>;
