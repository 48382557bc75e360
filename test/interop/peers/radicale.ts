import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, PeerProgram } from './program.ts';

const program = '/usr/bin/radicale';
/** The end of a test's title that says why it cannot run here; empty where it can. */
export const radicaleMissing = existsSync(program) ? '' : ` (skipped: no ${program})`;

const content = (type: string) => ({ 'content-type': `${type}; charset=utf-8` });
const isOk = (status: number): boolean => status >= 200 && status < 300;

export interface RadicaleUser {
  readonly user: string;
  readonly password: string;
}

/** A CalDAV server on the loopback with one account; its calendars lie in a folder that goes with it. */
export class Radicale {
  readonly #folder = mkdtempSync(join(tmpdir(), 'voxbox-radicale-'));
  readonly #account: RadicaleUser;
  #peer: PeerProgram | null = null;
  #port = 0;

  constructor(account: RadicaleUser) {
    this.#account = account;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** At the address that it had before. */
  async start(): Promise<void> {
    this.#port ||= await freePort();
    const { user, password } = this.#account;
    const users = join(this.#folder, 'users');
    writeFileSync(users, `${user}:${password}\n`);
    const config = join(this.#folder, 'config');
    writeFileSync(
      config,
      `[server]\nhosts = 127.0.0.1:${this.#port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = ${users}
htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = ${join(this.#folder, 'calendars')}\n[logging]\nlevel = info\n`,
    );
    this.#peer = new PeerProgram({ command: program, args: ['--config', config], folder: this.#folder });
    await this.#peer.said(/Radicale server ready/i);
  }

  /** As if the server were away; what lies in it stays. */
  async stop(): Promise<void> {
    await this.#peer?.stop();
    this.#peer = null;
  }

  /** For good. */
  async end(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @returns its URL */
  async addCalendar(id: string, name: string): Promise<string> {
    const url = `${this.url}${this.#account.user}/${id}/`;
    await this.#ask('MKCALENDAR', url, {
      headers: content('application/xml'),
      body: `<?xml version="1.0"?><C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<D:set><D:prop><D:displayname>${name}</D:displayname></D:prop></D:set></C:mkcalendar>`,
    });
    return url;
  }

  /** @param lines of a VEVENT, without its UID */
  async put(calendar: string, uid: string, lines: readonly string[]): Promise<void> {
    const all = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//test//EN',
      'BEGIN:VEVENT',
      `UID:${uid}`,
      ...lines,
    ];
    await this.#ask('PUT', `${calendar}${uid}.ics`, {
      headers: content('text/calendar'),
      body: [...all, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n'),
    });
  }

  async remove(calendar: string, uid: string): Promise<void> {
    await this.#ask('DELETE', `${calendar}${uid}.ics`);
  }

  /** Everything in it, as iCalendar. */
  async contents(calendar: string): Promise<string> {
    return await (await this.#ask('GET', calendar)).text();
  }

  async #ask(method: string, url: string, init: RequestInit = {}): Promise<Response> {
    const { user, password } = this.#account;
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const answer = await fetch(url, { ...init, method, headers: { ...init.headers, authorization } });
    if (!isOk(answer.status)) throw new Error(`Radicale answers ${method} ${url} with ${answer.status}`);
    return answer;
  }
}
