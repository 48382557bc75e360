const everywhere = /^(?:0\.0\.0\.0|\[?::\]?)$/;

/**
 * Where a phone finds the box. One that listens on every address is reached under the name that the page was loaded from.
 * @param sipAddress host and port
 */
export function phoneServer(sipAddress: string | null | undefined, pageHost: string): string {
  const host = (sipAddress ?? '').replace(/:\d+$/, '');
  return host === '' || everywhere.test(host) ? pageHost : host;
}

/** No other machine reaches it there. */
export const isThisMachine = (server: string): boolean => /^(?:localhost|127\.|\[?::1)/.test(server);
