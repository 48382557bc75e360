import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { errorCatalogue } from '../foundation/index.ts';
import { type Access, access, feedPath, healthPath, type MethodName, methods } from './contract/index.ts';
import { nounOf, summaryOf } from './openapi-words.ts';

/*
 * The API in OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0), whose schemas are JSON Schema 2020-12. Everything
 * comes from the contract: what a method takes and gives, and who may ask it.
 */

type Json = Readonly<Record<string, unknown>>;

interface Described {
  readonly verb: string;
  readonly path: string;
  readonly query: z.ZodType;
  readonly body?: z.ZodType;
  readonly upload?: { readonly types: readonly string[]; readonly maxBytes: number };
  readonly answer?: z.ZodType;
}

/** What answers that are no JSON are. */
const files: Readonly<Record<string, string>> = {
  'business.usage': 'text/csv',
  'branding.logo': 'image/*',
  'branding.logoOfSlug': 'image/*',
  'voices.sample': 'audio/wav',
  'voice.recording': 'audio/wav',
  'call.recording': 'audio/wav',
  'call.exportList': 'text/csv',
  'call.export': 'application/zip',
  'tenant.export': 'application/octet-stream',
  'box.log': 'application/x-ndjson',
  'box.metrics': 'text/plain',
};

/** @param version of the product */
export async function describeApi({ version }: { readonly version: string }): Promise<Json> {
  const paths: Record<string, Record<string, Json>> = {};
  for (const name of Object.keys(methods) as MethodName[]) {
    const method: Described = methods[name];
    const path = method.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [method.verb.toLowerCase()]: operationOf(name, method) };
    // Some schemas are large: nothing waits for all of them together.
    await nextTurn();
  }
  const tags = [...new Set(Object.keys(methods).map((name) => nounOf(name).tag))].map((tag) => ({
    name: tag,
  }));
  return {
    openapi: '3.1.0',
    info: {
      ...{
        title: 'Voxbox',
        version,
        summary: 'The API of an AI phone receptionist that runs on your own box.',
      },
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The box that this description comes from' }],
    ...{ tags, paths, components },
  };
}

const introduction = [
  'HTTP and JSON. Times are UTC milliseconds since 1970, telephone numbers E.164 with +, money minor units.',
  'A parameter that a method does not name is refused. What belongs to another business is not found.',
  `Everything that happens comes over one WebSocket, \`${feedPath}\`: first a snapshot, then every change.`,
  `Whoever watches over the engine probes \`${healthPath}\`.`,
].join('\n\n');

const components: Json = {
  schemas: {
    Error: {
      type: 'object',
      required: ['error'],
      properties: {
        error: {
          type: 'object',
          required: ['code', 'message', 'help'],
          properties: {
            code: { type: 'string', enum: [...Object.keys(errorCatalogue), 'internal'] },
            message: { type: 'string', description: 'What was wrong with this request.' },
            help: { type: 'string', description: 'What it means and what to do.' },
          },
        },
      },
    },
  },
  responses: {
    Refused: {
      description: 'It was not done, and why. The status is that of the code.',
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    },
  },
  securitySchemes: {
    session: {
      ...{ type: 'apiKey', in: 'cookie', name: 'voxbox_session' },
      description: 'Somebody who is signed in at the page.',
    },
    token: { type: 'http', scheme: 'bearer', description: 'A token of a business, for programs.' },
  },
};

function operationOf(name: MethodName, method: Described): Json {
  const rule: Access = access[name];
  const { tag } = nounOf(name);
  const { answer } = method;
  const content = answer
    ? { 'application/json': { schema: schemaOf(answer, 'input') } }
    : { [files[name] ?? 'application/octet-stream']: { schema: {} } };
  const description = answer ? 'Done.' : 'The file.';
  const parameters = [...pathParameters(name, method.path), ...queryParameters(method.query)];
  return {
    ...{ operationId: name, tags: [tag], summary: summaryOf(name), description: rightsOf(rule) },
    ...(parameters.length > 0 ? { parameters } : {}),
    ...bodyOf(method),
    responses: {
      // 201 where something is made, else 200.
      '2XX': { description, content },
      default: { $ref: '#/components/responses/Refused' },
    },
    security: securityOf(rule),
  };
}

const peopleOf: Readonly<Record<Access['who'], string>> = {
  anyone: 'Nobody has to be signed in.',
  user: 'For everybody who is signed in.',
  member: 'For members of the business.',
  admin: 'For admins of the business.',
  owner: 'For owners.',
  technician: 'For technicians and the owner of the box.',
  reseller: 'For resellers and the owner of the box.',
};

const rightsOf = ({ who, also, scope }: Access): string =>
  [
    peopleOf[who],
    ...(also ? [`A ${also} may ask as well.`] : []),
    ...(scope ? [`A token needs the scope \`${scope}\`.`] : []),
  ].join(' ');

/** OpenAPI 3.1 §4.8.30: the roles that a token must have stand beside the scheme. */
const securityOf = ({ who, scope }: Access): readonly Json[] =>
  who === 'anyone' ? [] : [{ session: [] }, ...(scope ? [{ token: [scope] }] : [])];

function pathParameters(name: MethodName, path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, parameter = '']) => {
    const ofTenant = path.includes(`/tenants/:${parameter}`);
    const description = ofTenant ? 'The business.' : `The ${nounOf(name).one}.`;
    return { name: parameter, in: 'path', required: true, description, schema: { type: 'string' } };
  });
}

/** A query is an object of plain values, or several such objects to choose from. */
function queryParameters(query: z.ZodType): Json[] {
  const whole = schemaOf(query, 'output') as {
    readonly properties?: Record<string, Json>;
    readonly anyOf?: readonly { readonly properties?: Record<string, Json> }[];
    readonly oneOf?: readonly { readonly properties?: Record<string, Json> }[];
  };
  const options = whole.anyOf ?? whole.oneOf ?? [whole];
  const names = [...new Set(options.flatMap(({ properties = {} }) => Object.keys(properties)))];
  return names.map((name) => {
    const schemas = options.flatMap(({ properties = {} }) => properties[name] ?? []);
    const schema = schemas.length > 1 ? { anyOf: schemas } : (schemas[0] ?? {});
    return { name, in: 'query', required: isNeeded(query, name), schema };
  });
}

/** Whether a query without it is refused for that alone. */
function isNeeded(query: z.ZodType, name: string): boolean {
  const { error } = query.safeParse({});
  return error?.issues.some(({ path }) => path[0] === name) ?? false;
}

function bodyOf({ body, upload }: Described): Json {
  if (upload) {
    const content = upload.types.map((type) => [type, { schema: {} }]);
    const description = `A file of ${upload.maxBytes} bytes at most.`;
    return { requestBody: { required: true, description, content: Object.fromEntries(content) } };
  }
  if (!body) return {};
  const required = !body.safeParse({}).success;
  return { requestBody: { required, content: { 'application/json': { schema: schemaOf(body, 'input') } } } };
}

/** @param io answers are sent as the handler gives them, which is what their schema takes in */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
