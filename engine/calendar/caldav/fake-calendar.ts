import type { RemoteCalendar, RemoteObject } from './remote-calendar.ts';

/** Fake: a calendar elsewhere without a server, that changes hands between a look and a write, and may break off. */
export class FakeCalendar implements RemoteCalendar {
  readonly objects = new Map<string, RemoteObject>();
  /** Called before each request, and after each that writes. */
  fault: (when: 'before' | 'after') => void = () => {};
  #version = 0;

  /** As somebody else writes it. */
  put(href: string, body: string): string {
    this.#version += 1;
    const etag = `"${this.#version}"`;
    this.objects.set(href, { href, etag, body });
    return etag;
  }

  delete(href: string): void {
    this.#version += 1;
    this.objects.delete(href);
  }

  async ctag(): Promise<string> {
    this.fault('before');
    return String(this.#version);
  }

  async etags(): Promise<Map<string, string>> {
    this.fault('before');
    return new Map([...this.objects.values()].map(({ href, etag }) => [href, etag]));
  }

  async read(hrefs: readonly string[]): Promise<RemoteObject[]> {
    this.fault('before');
    return hrefs.flatMap((href) => this.objects.get(href) ?? []);
  }

  async write(href: string, body: string, etag: string | null) {
    this.fault('before');
    if ((this.objects.get(href)?.etag ?? null) !== etag) return { kind: 'changed' } as const;
    const written = this.put(href, body);
    this.fault('after');
    return { kind: 'written', etag: written } as const;
  }

  async remove(href: string, etag: string) {
    this.fault('before');
    const there = this.objects.get(href);
    if (there && there.etag !== etag) return { kind: 'changed' } as const;
    this.delete(href);
    this.fault('after');
    return { kind: 'written', etag: null } as const;
  }

  hrefOf(name: string): string {
    return `http://fake.example/${name}.ics`;
  }
}
