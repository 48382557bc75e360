export const pages = ['desk', 'calls', 'calendar', 'agent'] as const;
export type PageName = (typeof pages)[number];

/** Where the page is: kept after the # so that one address serves everything. */
export interface Route {
  readonly page: PageName;
  /** The opened call, on pages that have one. */
  readonly id: string | null;
}

/** What does not exist leads to the desk. */
export function parseRoute(hash: string): Route {
  const [name = '', id = ''] = hash.replace(/^#\/?/, '').split('/');
  const page = pages.find((known) => known === name);
  if (!page) return { page: 'desk', id: null };
  const opens = page === 'desk' || page === 'calls';
  return { page, id: id && opens ? safeDecode(id) : null };
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
