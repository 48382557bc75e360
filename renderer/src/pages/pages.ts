import type { Component } from 'svelte';
import type { PageName } from '../route.ts';
import type { Box } from '../state/box.svelte.ts';

type Page = Component<{ box: Box }>;

/** Each page is a file of its own for the browser: the first view waits for one of them only. */
const files: Record<PageName, () => Promise<{ default: Page }>> = {
  desk: () => import('./Desk.svelte'),
  calls: () => import('./Calls.svelte'),
  calendar: () => import('./Calendar.svelte'),
  inbox: () => import('./Inbox.svelte'),
  callers: () => import('./Callers.svelte'),
  knowledge: () => import('./Knowledge.svelte'),
  agent: () => import('./Agent.svelte'),
  analytics: () => import('./Analytics.svelte'),
  businesses: () => import('./Businesses.svelte'),
  settings: () => import('./Settings.svelte'),
  setup: () => import('./Setup.svelte'),
};

const restMs = 1000;

/** Once the first view stands: what is opened next is there at once, and still there when the box is not. */
export const fetchPages = (): void => {
  const parts = [...Object.values(files), () => import('../parts/Palette.svelte')];
  setTimeout(() => void Promise.allSettled(parts.map((part) => part())), restMs);
};

export const loadPage = async (name: PageName): Promise<Page> => (await files[name]()).default;
