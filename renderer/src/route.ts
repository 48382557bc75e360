export const pages = [
  'desk',
  'calls',
  'calendar',
  'inbox',
  'callers',
  'knowledge',
  'agent',
  'analytics',
  'businesses',
  'settings',
  'setup',
] as const;
export type PageName = (typeof pages)[number];

/** They are there before there is a business, and are of none. */
export const isOfNoBusiness = (page: PageName): boolean => page === 'businesses' || page === 'setup';

/** Those of the rail: a list of businesses is of use to whoever sees several, or sells to them. */
export const pagesFor = (businesses: number, resells = false): readonly PageName[] =>
  pages.filter((page) => page !== 'setup' && (page !== 'businesses' || businesses > 1 || resells));

/** Pages on which one thing of a list, or one section, can be opened. */
const opening: readonly PageName[] = ['desk', 'calls', 'inbox', 'callers', 'settings', 'agent'];

/** Where the page is: kept after the # so that one address serves everything. */
export interface Route {
  readonly page: PageName;
  /** The opened call, message, caller or section, on pages that have one. */
  readonly id: string | null;
  /** What narrows the page down, where something does. */
  readonly query?: Readonly<Record<string, string>>;
}

/** What does not exist leads to the desk. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [name = '', id = ''] = path.split('/');
  const page = pages.find((known) => known === name);
  if (!page) return { page: 'desk', id: null };
  const query = Object.fromEntries(new URLSearchParams(search));
  return {
    ...{ page, id: id && opening.includes(page) ? safeDecode(id) : null },
    ...(search === '' ? {} : { query }),
  };
}

export const href = (page: PageName, id?: string, query: Readonly<Record<string, string>> = {}): string => {
  const path = id === undefined ? `#/${page}` : `#/${page}/${encodeURIComponent(id)}`;
  const search = new URLSearchParams(query).toString();
  return search === '' ? path : `${path}?${search}`;
};

/** Whose brand a sign-in page shows. */
export const signInHref = (brand: string): string => `#/sign-in?${new URLSearchParams({ brand })}`;
export function brandOfSignIn(hash: string): string | null {
  const [path, search] = hash.split('?');
  return path === '#/sign-in' ? new URLSearchParams(search).get('brand') : null;
}

function safeDecode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
