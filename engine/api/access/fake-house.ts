import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../foundation/index.ts';
import type { Box } from '../../store/index.ts';
import { errorModel, type MethodName, methods, type Person } from '../contract/index.ts';
import { FakeApi } from '../fake-api.ts';
import type { ApiOptions } from '../server.ts';
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
  readonly box: Box;
  readonly tenantId: string;
  readonly #fake: FakeApi;
  readonly #app: Promise<FastifyInstance>;

  constructor() {
    const clock = { atMs: Date.now(), nowMs: () => clock.atMs, monotonicMs: () => clock.atMs };
    this.clock = clock;
    this.#fake = new FakeApi(clock);
    this.box = this.#fake.box;
    this.tenantId = this.box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' }).id;
    this.#app = this.build();
  }

  build(given: Partial<ApiOptions> = {}): Promise<FastifyInstance> {
    return this.#fake.build({ clock: this.clock, passwords: fakePasswords, ...given });
  }

  async ask(
    name: MethodName,
    body?: object,
    headers: Headers = {},
    { id = '', ...query }: { readonly id?: string; readonly tenant?: string; readonly slug?: string } = {},
  ): Promise<Said> {
    const { verb, path } = methods[name];
    const response = await (await this.#app).inject({
      method: verb,
      url: `${path.replace(':id', id)}?${new URLSearchParams(query)}`,
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
    await this.#app;
    await this.#fake.close();
  }
}
