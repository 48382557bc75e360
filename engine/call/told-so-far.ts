import type { CallerContext } from '../agent/index.ts';

type Slots = Readonly<Record<string, string>>;

/** What the caller has told in this call goes before what the number says. */
export const knownCaller = (caller: CallerContext, slots: Slots): CallerContext => ({
  ...caller,
  name: slots.name ?? caller.name,
});

/** What the caller wants, in words for whoever is to take the call; null where nothing is known. */
export function wishOf({ service, when }: Slots): string | null {
  const parts = [service, when].filter((part) => part !== undefined);
  return parts.length === 0 ? null : parts.join(', ');
}
