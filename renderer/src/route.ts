export const pages = ['desk', 'calls', 'calendar', 'inbox', 'callers', 'knowledge', 'agent'] as const;
export type PageName = (typeof pages)[number];

/** Pages on which one thing of a list can be opened. */
const opening: readonly PageName[] = ['desk', 'calls', 'inbox', 'callers'];

/** Where the page is: kept after the # so that one address serves everything. */
export interface Route {
  readonly page: PageName;
  /** The opened call, message or caller, on pages that have one. */
  readonly id: string | null;
}

/** What does not exist leads to the desk. */
export function parseRoute(hash: string): Route {
  const [name = '', id = ''] = hash.replace(/^#\/?/, '').split('/');
  const page = pages.find((known) => known === name);
  if (!page) return { page: 'desk', id: null };
  return { page, id: id && opening.includes(page) ? safeDecode(id) : null };
}

export const href = (page: PageName, id?: string): string =>
  id === undefined ? `#/${page}` : `#/${page}/${encodeURIComponent(id)}`;

function safeDecode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
