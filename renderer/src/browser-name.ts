/** What names itself as several others too stands first. */
const browsers = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const systems = ['Windows', 'iPhone', 'iPad', 'Mac OS', 'Android', 'Linux'];

/** The browser and its system, as far as they say; empty where they say nothing. */
export function browserName(userAgent: string): string {
  const browser = browsers.find(([mark]) => userAgent.includes(mark))?.[1];
  const system = systems.find((name) => userAgent.includes(name));
  return [browser, system].filter(Boolean).join(', ');
}
