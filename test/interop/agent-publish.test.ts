import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AgentDocument,
  type AgentVersionLine,
  type ErrorBody,
  type MethodName,
  methods,
  type TriedOut,
} from '../../engine/api/contract/index.ts';
import { type Api, fakeOwner, startApi } from '../../engine/api/index.ts';
import { loadConfig, silentLog, systemClock, systemIds, VoxboxError } from '../../engine/foundation/index.ts';
import { type InferenceHost, startInference } from '../../engine/inference/index.ts';
import { createRehearsals, type Embed, type Rehearsals } from '../../engine/rehearsal/index.ts';
import { type Box, openBox, professionIds } from '../../engine/store/index.ts';

const { modelsDir } = loadConfig();
const present = existsSync(join(modelsDir, 'all-minilm-l6-v2'));

/** Whatever an answer may hold of what is looked at here. */
interface Told {
  readonly agent?: unknown;
  readonly version?: AgentVersionLine | null;
  readonly lines?: TriedOut['lines'];
  readonly error?: ErrorBody['error'];
}

describe.skipIf(!present)('the gate before a publication (needs all-minilm-l6-v2 in VOXBOX_MODELS)', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-publish-'));
  let inference: InferenceHost;
  let rehearsals: Rehearsals;
  let box: Box;
  let api: Api;
  let without: Error | null = null;

  let embedded = 0;
  const embed: Embed = (texts) => {
    embedded += texts.length;
    return without ? Promise.reject(without) : inference.embed(texts, { priority: 'embedding' });
  };
  let tenants = 0;
  const tenant = (profession: string): string => {
    tenants += 1;
    const slug = `acme-${tenants}`;
    return box.tenants.create({ name: 'Acme', slug, timeZone: 'Europe/London', profile: { profession } }).id;
  };
  const send = async (name: MethodName, id: string, body?: object): Promise<Told> => {
    const { verb, path } = methods[name];
    const response = await fetch(`http://127.0.0.1:${api.port}${path.replace(':id', id)}`, {
      method: verb,
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    });
    return (await response.json()) as Told;
  };
  const change = async (id: string, part: Partial<AgentDocument>): Promise<number> => {
    const { agent } = await send('agent.read', id);
    const { revision, live } = methods['agent.read'].answer.parse({ agent }).agent;
    const saved = await send('agent.save', id, { revision, document: { ...live.document, ...part } });
    return methods['agent.save'].answer.parse(saved).agent.revision;
  };
  const rehearsal = async (id: string) => {
    const answer = methods['rehearsal.read'].answer.parse(await send('rehearsal.read', id));
    if (!answer.rehearsal) throw new Error('nobody rehearsed');
    return answer.rehearsal;
  };

  beforeAll(async () => {
    inference = await startInference({ modelsDir, log: silentLog, uses: ['embedding'] });
    rehearsals = createRehearsals({ embed, log: silentLog });
    box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
    api = await startApi({
      ...{ host: '127.0.0.1', port: 0, box, dataDir, log: silentLog, whoIs: fakeOwner, rehearsals },
      live: { list: () => [], on: () => () => {} },
      health: () => ({ status: 'ready' }),
    });
  });

  afterAll(async () => {
    await api?.stop();
    await rehearsals?.stop();
    await inference?.stop();
    box?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('lets every profession through as it comes', { timeout: 400_000 }, async () => {
    for (const profession of professionIds()) {
      const id = tenant(profession);
      const revision = await change(id, { prompt: 'Be brief.' });
      const { version, error } = await send('agent.publish', id, { revision });
      expect([profession, error, version?.number]).toEqual([profession, undefined, 2]);
      expect(version?.rehearsal?.passed, profession).toBeGreaterThanOrEqual(4);
    }
  });

  it('lets through other prices, hours and services, and a skill that is switched off', async () => {
    const id = tenant('dentist');
    const { agent } = await send('agent.read', id);
    const { services, skills } = methods['agent.read'].answer.parse({ agent }).agent.live.document;
    const revision = await change(id, {
      hours: [{ weekday: 3, fromMinute: 600, toMinute: 900 }],
      services: services.slice(0, 1).map((service) => ({ ...service, priceMinor: 100, durationMinutes: 15 })),
      skills: skills.filter((skill) => skill !== 'lead'),
    });
    const { version, error } = await send('agent.publish', id, { revision });
    expect([error, version?.number]).toEqual([undefined, 2]);
  });

  it('refuses a greeting that no caller may hear, naming the callers, and shows what was said', async () => {
    const id = tenant('dentist');
    const revision = await change(id, { greeting: 'We diagnose every infection over the phone!' });
    const { error } = await send('agent.publish', id, { revision });
    expect(error).toMatchObject({
      code: 'rehearsal_failed',
      message: expect.stringContaining('A toothache is seen the same afternoon'),
    });
    expect(box.tenant(id).agent.live().number).toBe(1);
    const { state, verdicts, total } = await rehearsal(id);
    expect(state).toBe('failed');
    const verdict = verdicts.find(({ title }) => title === 'A toothache is seen the same afternoon');
    expect(verdict).toMatchObject({ passed: false, must: true });
    expect(verdict?.lines[0]).toMatchObject({ by: 'agent', text: expect.stringContaining('diagnose') });
    expect(verdict?.there.join()).toContain('emergency visit');
    expect(verdict?.expected.join()).toContain('never says diagnos');
    expect(total).toBe(verdicts.length);
  });

  it('plays the callers of the business itself against its own services', async () => {
    const id = tenant('dentist');
    const yaml = `
- id: books-a-guard
  title: Books a mouth guard
  must: true
  now: 2026-11-20T10:00
  say: [I'd like to book a mouth guard on Wednesday at 10]
  answers: { name: Sarah Miller, line-number: "yes", read-back: "yes" }
  expect:
    appointments:
      - { service: mouth guard, at: 2026-11-25T10:00, name: Sarah Miller, phone: "+14155550132" }
`;
    await send('rehearsal.setCases', id, { yaml });
    const { agent } = await send('agent.read', id);
    const { services } = methods['agent.read'].answer.parse({ agent }).agent.live.document;
    const [first] = services;
    if (!first) throw new Error('the profession has no service');
    const refused = await send('agent.publish', id, { revision: await change(id, { agentName: 'Ann' }) });
    expect(refused.error).toMatchObject({ message: expect.stringContaining('Books a mouth guard') });
    const guard = { ...first, id: systemIds.uuid(), name: 'mouth guard', aliases: [] };
    const revision = await change(id, { services: [...services, guard] });
    const { version, error } = await send('agent.publish', id, { revision });
    expect([error, version?.number]).toEqual([undefined, 2]);
  });

  it('does not judge an agent for want of a model', async () => {
    const id = tenant('general');
    const yaml = "[{ id: new, title: What nobody said before, say: ['Do parrots live there?'], expect: {} }]";
    await send('rehearsal.setCases', id, { yaml });
    const revision = await change(id, { prompt: 'Be brief.' });
    without = new VoxboxError('inference_unavailable', 'the models are not there');
    const { error } = await send('agent.publish', id, { revision });
    without = null;
    expect(error).toMatchObject({ code: 'rehearsal_unfinished', message: 'the models are not there' });
    expect((await rehearsal(id)).state).toBe('broken');
    // The next try begins anew.
    const { version } = await send('agent.publish', id, { revision });
    expect(version?.number).toBe(2);
  });

  it('answers a line as the document would, and keeps nothing', async () => {
    const id = tenant('dentist');
    const { document } = box.tenant(id).agent.live();
    const say = ['Are you open on Saturday?', 'Thank you, bye'];
    const { lines } = await send('rehearsal.try', id, { document, say });
    expect(lines?.map(({ by }) => by).slice(0, 4)).toEqual(['agent', 'caller', 'agent', 'caller']);
    expect(lines?.[2]?.text).toContain('9 AM to 1 PM');
    expect(box.tenant(id).calls.list({ limit: 10 })).toEqual([]);
    // What was heard once is known.
    const before = embedded;
    expect((await send('rehearsal.try', id, { document, say })).lines).toHaveLength(lines?.length ?? 0);
    expect(embedded).toBe(before);
  });

  it('ends with the engine', async () => {
    const id = tenant('dentist');
    const revision = await change(id, { prompt: 'Be brief.' });
    const publishing = send('agent.publish', id, { revision });
    await rehearsals.stop();
    expect((await publishing).error?.code).toBe('rehearsal_unfinished');
    expect(box.tenant(id).agent.live().number).toBe(1);
  });
});
