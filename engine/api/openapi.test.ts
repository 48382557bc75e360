import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemIds } from '../foundation/index.ts';
import { sessionCookie } from './access/cookies.ts';
import { fakeOwner } from './access/fake-owner.ts';
import { access, type MethodName, methods } from './contract/index.ts';
import { FakeApi } from './fake-api.ts';

const media = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) }));
const operationModel = z.object({
  operationId: z.string(),
  summary: z.string(),
  tags: z.array(z.string()).length(1),
  parameters: z
    .array(z.object({ name: z.string(), in: z.enum(['path', 'query']), required: z.boolean() }))
    .default([]),
  requestBody: z.object({ required: z.boolean(), content: media }).optional(),
  responses: z.object({ '2XX': z.object({ content: media }) }),
  security: z.array(z.record(z.string(), z.array(z.string()))),
});
type Operation = z.infer<typeof operationModel>;
const documentModel = z.looseObject({
  openapi: z.literal('3.1.0'),
  info: z.looseObject({ version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operationModel)),
  components: z.looseObject({
    schemas: z.object({ Error: z.record(z.string(), z.unknown()) }),
    securitySchemes: z.looseObject({ session: z.looseObject({ name: z.string() }) }),
  }),
});

const names = Object.keys(methods) as MethodName[];

describe('the description of the API', () => {
  let fake: FakeApi;
  let app: FastifyInstance;
  let whole: object;
  let document: z.infer<typeof documentModel>;
  let tenantId: string;

  const get = (url: string) => app.inject({ method: 'GET', url, headers: { host: 'localhost' } });
  const operationOf = (name: MethodName): Operation => {
    const { verb, path } = methods[name];
    const operation = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[verb.toLowerCase()];
    if (!operation) throw new Error(`${name} is not described`);
    return operation;
  };

  beforeAll(async () => {
    fake = new FakeApi();
    const { box, dataDir } = fake;
    const tenant = box.tenants.create({ name: 'Salon', timeZone: 'Europe/London', numbers: [] });
    tenantId = tenant.id;
    box.trunks.add({ kind: 'address', name: 'Carrier', address: '203.0.113.7' });
    app = await fake.build({
      whoIs: fakeOwner,
      health: () => ({ status: 'ready', version: '0.1.0' }),
      models: { modelsDir: join(dataDir, 'models') },
    });
    whole = (await get('/api/v1/openapi.json')).json();
    document = documentModel.parse(whole);
  });
  afterAll(() => fake.close());

  it('is a valid document of OpenAPI 3.1, whose references all lead somewhere', async () => {
    const { valid, errors } = await new Validator().validate(
      structuredClone(whole) as Record<string, unknown>,
    );
    expect([valid, errors]).toEqual([true, undefined]);
    const references = [...JSON.stringify(whole).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to);
    expect(new Set(references)).toEqual(
      new Set(['#/components/responses/Refused', '#/components/schemas/Error']),
    );
  });

  it('holds every method of the contract, each once, and reads well', () => {
    const told = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(told.map(({ operationId }) => operationId).toSorted()).toEqual(names.toSorted());
    const summaries = told.map(({ summary }) => summary);
    expect(summaries.filter((summary, at) => summaries.indexOf(summary) !== at)).toEqual([]);
    expect(summaries.filter((summary) => !/^[A-Z][a-z]+ .+[^.]$|^Sign (?:in|out)$/.test(summary))).toEqual(
      [],
    );
  });

  it('names every parameter, and which of them are needed', () => {
    for (const name of names) {
      const { parameters } = operationOf(name);
      const inPath = [...methods[name].path.matchAll(/:(\w+)/g)].map(([, parameter]) => parameter);
      expect([name, parameters.filter((one) => one.in === 'path').map((one) => one.name)]).toEqual([
        name,
        inPath,
      ]);
      const needed = parameters.filter((one) => one.in === 'query' && one.required).map((one) => one.name);
      const { error } = methods[name].query.safeParse({});
      expect([name, needed.length > 0]).toEqual([name, error !== undefined]);
    }
    expect(operationOf('appointment.list').parameters).toMatchObject([
      ...[{ name: 'tenant', required: false }],
      ...[
        { name: 'from', required: true },
        { name: 'to', required: true },
      ],
      ...[{ required: false }, { required: false }, { name: 'limit', required: false }],
    ]);
  });

  it('says who may ask', () => {
    for (const name of names) {
      const { security } = operationOf(name);
      const { who, scope }: { who: string; scope?: string } = access[name];
      const expected = who === 'anyone' ? [] : [{ session: [] }, ...(scope ? [{ token: [scope] }] : [])];
      expect([name, security]).toEqual([name, expected]);
    }
    const { name } = document.components.securitySchemes.session;
    expect(sessionCookie(null, 'localhost')).toMatch(new RegExp(`^${name}=`));
  });

  it('describes what the box answers', async () => {
    const asked: readonly (readonly [MethodName, string])[] = [
      ...(
        ['tenant.list', 'trunk.list', 'trunk.presets', 'line.list', 'phone.list', 'defence.read'] as const
      ).map((name) => [name, methods[name].path] as const),
      ...(['model.list', 'box.status', 'box.health'] as const).map(
        (name) => [name, methods[name].path] as const,
      ),
      ['playbook.read', `/api/v1/tenants/${tenantId}/playbook`],
      ['source.list', `/api/v1/tenants/${tenantId}/sources`],
    ];
    for (const [name, url] of asked) {
      const response = await get(url);
      expect([name, response.statusCode]).toEqual([name, 200]);
      const schema = operationOf(name).responses['2XX'].content['application/json']?.schema ?? {};
      const { error } = z.fromJSONSchema(schema).safeParse(response.json());
      expect([name, error?.issues]).toEqual([name, undefined]);
    }
  });

  it('describes how it refuses', async () => {
    const refusal = z.fromJSONSchema(document.components.schemas.Error);
    for (const [url, status] of [
      ['/api/v1/appointments?from=soon&to=later', 400],
      ['/api/v1/trunks?colour=red', 400],
      [`/api/v1/tenants/${systemIds.uuid()}/sources`, 404],
      ['/api/v1/nothing-here', 404],
    ] as const) {
      const response = await get(url);
      expect([url, response.statusCode]).toEqual([url, status]);
      expect(refusal.safeParse(response.json()).error?.issues).toBeUndefined();
    }
    expect(refusal.safeParse({ error: { code: 'made-up', message: 'x', help: 'y' } }).success).toBe(false);
  });
});
