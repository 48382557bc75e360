import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../foundation/index.ts';
import type { Box } from '../store/index.ts';
import { fakeOwner } from './access/fake-owner.ts';
import { errorModel } from './contract/index.ts';
import { FakeApi } from './fake-api.ts';

describe('numbers', () => {
  const events: StoredEvent[] = [];
  let fake: FakeApi;
  let box: Box;
  let app: FastifyInstance;
  let salon: string;
  let bakery: string;
  const number = '+12025550123';
  const at = (tenant: string) => `/api/v1/numbers/${encodeURIComponent(number)}?tenant=${tenant}`;
  const send = (method: 'POST' | 'PATCH' | 'DELETE', url: string, body?: Record<string, unknown>) =>
    app.inject({ method, url, headers: { host: 'localhost' }, ...(body ? { payload: body } : {}) });
  const codeOf = (response: { json(): unknown }) => errorModel.parse(response.json()).error.code;

  beforeAll(async () => {
    fake = new FakeApi();
    ({ box } = fake);
    salon = box.tenants.create({ name: 'Salon', timeZone: 'Europe/London', numbers: [] }).id;
    bakery = box.tenants.create({ name: 'Bakery', timeZone: 'Europe/London', numbers: [] }).id;
    box.onEvent((event) => events.push(event));
    app = await fake.build({ whoIs: fakeOwner });
  });
  afterAll(() => fake.close());

  it('are added, changed and removed, and each change is told', async () => {
    const added = await send('POST', `/api/v1/tenants/${salon}/numbers`, { number, label: ' Front desk ' });
    expect([added.statusCode, added.json()]).toEqual([
      201,
      { number: { number, label: 'Front desk', active: true } },
    ]);
    expect((await send('PATCH', at(salon), { active: false })).json()).toEqual({
      number: { number, label: 'Front desk', active: false },
    });
    expect((await send('PATCH', at(salon), { label: 'Main' })).json()).toEqual({
      number: { number, label: 'Main', active: false },
    });
    expect(box.numbers.find(number)).toEqual({ number, tenantId: salon, label: 'Main', active: false });
    expect((await send('DELETE', at(salon))).json()).toEqual({ removed: true });
    expect(box.numbers.find(number)).toBeNull();
    const told = events.filter(({ type }) => type.startsWith('number.'));
    expect(told.map(({ type, tenantId }) => [type, tenantId])).toEqual([
      ['number.added', salon],
      ['number.changed', salon],
      ['number.changed', salon],
      ['number.removed', salon],
    ]);
  });

  it('lead to one business only, and are touched by no other', async () => {
    expect((await send('POST', `/api/v1/tenants/${salon}/numbers`, { number })).statusCode).toBe(201);
    const taken = await send('POST', `/api/v1/tenants/${bakery}/numbers`, { number });
    expect([taken.statusCode, codeOf(taken)]).toEqual([409, 'tenant_exists']);
    for (const method of ['PATCH', 'DELETE'] as const) {
      const response = await send(method, at(bakery), method === 'PATCH' ? { active: false } : undefined);
      expect([method, codeOf(response)]).toEqual([method, 'not_found']);
    }
    expect(box.numbers.find(number)).toMatchObject({ tenantId: salon, active: true });
    for (const wrong of ['2025550123', '+0123', '+1202555012345678']) {
      const response = await send('POST', `/api/v1/tenants/${salon}/numbers`, { number: wrong });
      expect([wrong, codeOf(response)]).toEqual([wrong, 'input_invalid']);
    }
  });
});
