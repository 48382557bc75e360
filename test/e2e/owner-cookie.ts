import { paths } from '../../engine/api/contract/index.ts';
import type { EngineProcess } from '../caller/engine-process.ts';

export const owner = {
  name: 'Olga Owner',
  email: 'olga@example.com',
  password: 'a long enough password',
} as const;

/** Makes the owner of a new box; what the browser keeps of the session. */
export async function ownerCookie({ http, token }: Pick<EngineProcess, 'http' | 'token'>) {
  const response = await fetch(`${http}${paths['link.use']}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, ...owner }),
  });
  const [cookie = ''] = response.headers.getSetCookie();
  const [name = '', value = ''] = cookie.split(';')[0]?.split('=') ?? [];
  if (!response.ok || value === '') throw new Error(`the owner was not made: ${await response.text()}`);
  return { name, value, url: http };
}
