import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type Clock, silentLog, systemIds } from '../../foundation/index.ts';
import { type Box, openBox } from '../../store/index.ts';
import { errorModel, type MethodName, methods, type Person } from '../contract/index.ts';
import { type ApiOptions, buildApi } from '../server.ts';
import { makeEntrance } from './entrance.ts';
import { createPasswords } from './passwords.ts';

export type Headers = Readonly<Record<string, string>>;

export interface Said {
  readonly status: number;
  readonly said: unknown;
  readonly cookie: string;
  readonly retryAfter: unknown;
}

export const olga = { name: 'Olga', email: 'Olga@Example.com', password: 'a long enough password' } as const;

/** Fake: quick to reckon, so that a test may try many. */
export const fakePasswords = createPasswords({ costLog2: 4 });

export const codeOf = ({ said }: Said): string => errorModel.parse(said).error.code;
export const personOf = ({ said }: Said): Person => methods['link.use'].answer.parse(said).person;
/** What the browser sends along from now on. */
export const signedIn = ({ cookie }: Said): Headers => ({
  'x-voxbox-page': '1',
  cookie: cookie.split(';')[0] ?? '',
});

/** Fake: an API with a clock that is set by hand, and one business. */
export class FakeHouse {
  readonly clock: Clock & { atMs: number };
  readonly dataDir = mkdtempSync(join(tmpdir(), 'voxbox-access-'));
  readonly box: Box;
  readonly tenantId: string;
  readonly #built: ReturnType<typeof buildApi>;

  constructor() {
    const clock = { atMs: Date.now(), nowMs: () => clock.atMs, monotonicMs: () => clock.atMs };
    this.clock = clock;
    this.box = openBox({ dataDir: this.dataDir, clock, ids: systemIds, log: silentLog });
    this.tenantId = this.box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' }).id;
    this.#built = buildApi(this.options());
  }

  options(host = '127.0.0.1'): ApiOptions {
    const { box, dataDir, clock } = this;
    return {
      ...{ host, port: 0, box, dataDir, log: silentLog, clock, passwords: fakePasswords },
      live: { list: () => [], on: () => () => {} },
      health: () => ({ status: 'ready' }),
    };
  }

  async ask(
    name: MethodName,
    body?: object,
    headers: Headers = {},
    { id = '', tenant }: { id?: string; tenant?: string } = {},
  ): Promise<Said> {
    const { verb, path } = methods[name];
    const app: FastifyInstance = (await this.#built).app;
    const response = await app.inject({
      method: verb,
      url: `${path.replace(':id', id)}${tenant === undefined ? '' : `?tenant=${tenant}`}`,
      headers: { host: '127.0.0.1', ...headers },
      ...(body ? { payload: body } : {}),
    });
    const cookie = String(response.headers['set-cookie'] ?? '');
    const retryAfter = response.headers['retry-after'];
    return { status: response.statusCode, said: response.json(), cookie, retryAfter };
  }

  /** The box's first owner, by the link that the engine prints. */
  async makeOwner(): Promise<Headers> {
    const { token } = makeEntrance(this.box);
    return signedIn(await this.ask('link.use', { token, ...olga }));
  }

  signIn(given: object = {}): Promise<Said> {
    const { email, password } = olga;
    return this.ask('session.signIn', { email, password, ...given });
  }

  async close(): Promise<void> {
    const { app, feed } = await this.#built;
    feed.stop();
    await app.close();
    this.box.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
