import { z } from 'zod';
import { agentMethods } from './agent-versions.ts';
import { auditMethods } from './audit.ts';
import { boxMethods } from './box.ts';
import { businessMethods } from './businesses.ts';
import { busyTimeModel, calendarLinkMethods } from './calendar-links.ts';
import { calendarSettingMethods } from './calendar-settings.ts';
import { callAudioMethods } from './call-audio.ts';
import { callHistoryMethods } from './call-history.ts';
import { callMethods } from './call-methods.ts';
import { deskMethods } from './desk.ts';
import { lineTestMethods } from './line.ts';
import { lineMethods } from './line-methods.ts';
import { modelMethods } from './model-methods.ts';
import { appointmentModel, newTenantModel, tenantChangeModel, tenantModel } from './models.ts';
import { numberMethods } from './numbers.ts';
import { type MethodName, paths } from './paths.ts';
import { providerMethods } from './providers.ts';
import { rehearsalMethods } from './rehearsals.ts';
import { phoneNumber } from './scope.ts';
import { sessionMethods } from './session.ts';
import { tokenMethods } from './tokens.ts';
import { emailModel, linkTokenModel, userMethods } from './users.ts';
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
  ...sessionMethods,
  ...userMethods,
  ...tokenMethods,
  ...auditMethods,
  ...businessMethods,
  'tenant.list': {
    verb: 'GET',
    path: paths['tenant.list'],
    query: nothing,
    answer: z.object({ tenants: z.array(tenantModel) }),
  },
  /** The business with its agent, and the link that invites its owner: all or nothing. */
  'tenant.create': {
    verb: 'POST',
    path: paths['tenant.create'],
    query: nothing,
    body: newTenantModel.extend({
      ownerEmail: emailModel.optional(),
      /** Id of a business whose agent it begins with; what is named besides goes before. */
      like: id.optional(),
    }),
    /** `link` is null where nobody is invited. */
    answer: z.object({ tenant: tenantModel, link: linkTokenModel.nullable() }),
  },
  /** Calls in progress go on as they began. */
  'tenant.change': {
    verb: 'PATCH',
    path: paths['tenant.change'],
    query: nothing,
    body: tenantChangeModel,
    answer: z.object({ tenant: tenantModel }),
  },
  ...numberMethods,
  ...lineMethods,
  ...lineTestMethods,
  ...providerMethods,
  ...voiceMethods,
  ...callHistoryMethods,
  ...callMethods,
  ...callAudioMethods,
  /** Earliest first; appointments that start in [from, to); of one caller's number, or with `q` in name or number. */
  'appointment.list': {
    verb: 'GET',
    path: paths['appointment.list'],
    query: z.strictObject({
      tenant: id.optional(),
      from: timeMs,
      to: timeMs,
      caller: phoneNumber.optional(),
      q: z.string().trim().max(120).optional(),
      limit: limit.default(200),
    }),
    answer: z.object({
      appointments: z.array(appointmentModel),
      /** What calendars elsewhere keep busy in that span; none where one caller is asked for. */
      busy: z.array(busyTimeModel),
    }),
  },
  ...deskMethods,
  ...agentMethods,
  ...calendarLinkMethods,
  ...calendarSettingMethods,
  ...rehearsalMethods,
  ...modelMethods,
  ...boxMethods,
} as const satisfies Record<MethodName, Method>;
