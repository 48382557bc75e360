/** Tools that look for open SIP servers, by the User-Agent they send unless told otherwise. */
const scannerAgents =
  /friendly-(?:scanner|request)|sipvicious|sip-?scan|sipcli|sundayddr|pplsip|iwar\b|siparmyknife|sipsak|sipptk|vaxsipuseragent|vaxipuseragent|\bsmap\b|\bgulp\b|nmap|masscan|zgrab|stretchoid|mr\.? ?sip|test agent|cen?sys/i;

/** Their default From addresses: SIPVicious, nmap's script. */
const scannerFroms = /^sips?:(?:nm2?@nm2?|\d{1,8}@1\.1\.1\.1|sipvicious@)/i;

export const isScanner = ({
  userAgent,
  fromUri,
}: {
  readonly userAgent: string | null;
  readonly fromUri: string | null;
}): boolean =>
  (userAgent !== null && scannerAgents.test(userAgent.slice(0, 200))) ||
  (fromUri !== null && scannerFroms.test(fromUri.slice(0, 200)));

/** User part of a SIP URI, bounded; null where there is none. */
export function userOf(uri: string | null): string | null {
  const user = /^sips?:([^@;?>]{1,120})@/i.exec(uri?.slice(0, 300) ?? '')?.[1];
  return user?.split(':')[0] ?? null;
}
