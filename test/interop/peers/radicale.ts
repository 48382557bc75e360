import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const absent = spawnSync('radicale', ['--version'], { stdio: 'ignore', timeout: 20_000 }).error;
/** The end of a test's title that says why it cannot run here; empty where it can. */
export const radicaleMissing = absent ? ' (radicale not installed)' : '';

/** A real CalDAV server on the loopback with an account of its own, and a hand that writes to it as others do. */
export class Radicale {
  readonly user = 'ann';
  readonly password = 'open sesame';
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'voxbox-radicale-'));
  #process: ChildProcess | null = null;

  constructor(port: number) {
    this.port = port;
    const file = (name: string, text: string): string => {
      const path = join(this.#folder, name);
      writeFileSync(path, text);
      return path;
    };
    const users = file('users', `${this.user}:${this.password}\n`);
    file(
      'config',
      [
        `[server]\nhosts = 127.0.0.1:${port}`,
        `[auth]\ntype = htpasswd\nhtpasswd_filename = ${users}\nhtpasswd_encryption = plain\ndelay = 0`,
        '[rights]\ntype = owner_only',
        `[storage]\nfilesystem_folder = ${join(this.#folder, 'collections')}`,
        '',
      ].join('\n'),
    );
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    this.#process = spawn('radicale', ['--config', join(this.#folder, 'config')], { stdio: 'ignore' });
    for (let tries = 0; tries < 200 && !(await isOpen(this.port)); tries += 1) await wait(50);
  }

  /** What lies in it stays. */
  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = null;
    if (!running || running.exitCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async makeCalendar(name: string): Promise<string> {
    const href = `${this.address}${this.user}/${name}/`;
    const body = `<?xml version="1.0"?><c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop><d:displayname>Calendar of ${name}</d:displayname><c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>`;
    await this.#ask('MKCALENDAR', href, body);
    return href;
  }

  /** Every event in a calendar, by its address. */
  async events(calendar: string): Promise<Map<string, string>> {
    const list = await this.#ask('PROPFIND', calendar, '', { depth: '1' });
    const paths = [...list.matchAll(/<(?:\w+:)?href>([^<]+\.ics)<\/(?:\w+:)?href>/g)].map(
      (found) => found[1] ?? '',
    );
    const found = [...new Set(paths)].map(async (path) => {
      const href = new URL(path, this.address).href;
      return [href, await this.#ask('GET', href)] as const;
    });
    return new Map(await Promise.all(found));
  }

  put(href: string, body: string): Promise<string> {
    return this.#ask('PUT', href, body, { 'content-type': 'text/calendar' });
  }

  delete(href: string): Promise<string> {
    return this.#ask('DELETE', href);
  }

  async #ask(method: string, url: string, body = '', headers: Record<string, string> = {}): Promise<string> {
    const authorization = `Basic ${Buffer.from(`${this.user}:${this.password}`).toString('base64')}`;
    const answer = await fetch(url, {
      ...{ method, headers: { authorization, ...headers } },
      ...(body === '' ? {} : { body }),
    });
    if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
    return await answer.text();
  }
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
