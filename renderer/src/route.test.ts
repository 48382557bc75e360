import { describe, expect, it } from 'vitest';
import { brandOfSignIn, href, parseRoute, signInHref } from './route.ts';

describe('route', () => {
  it('reads what it writes', () => {
    expect(parseRoute(href('calls', 'a/b c'))).toEqual({ page: 'calls', id: 'a/b c' });
    expect(parseRoute(href('callers', '+12025550123'))).toEqual({ page: 'callers', id: '+12025550123' });
    expect(parseRoute(href('calendar'))).toEqual({ page: 'calendar', id: null });
    const query = { outcome: 'booked', from: '2026-03-01' };
    expect(parseRoute(href('calls', undefined, query))).toEqual({ page: 'calls', id: null, query });
    expect(parseRoute(href('calls', 'a?b', query))).toEqual({ page: 'calls', id: 'a?b', query });
    expect(parseRoute(href('knowledge', 'x'))).toEqual({ page: 'knowledge', id: null });
  });

  it('leads to the desk from whatever does not exist', () => {
    expect(parseRoute('')).toEqual({ page: 'desk', id: null });
    expect(parseRoute('#/nowhere/1')).toEqual({ page: 'desk', id: null });
    expect(parseRoute('#/calls/%E0%A4%A')).toEqual({ page: 'calls', id: null });
  });

  it('knows whose brand a sign-in page shows', () => {
    expect(brandOfSignIn(signInHref('ring-ring'))).toBe('ring-ring');
    for (const none of ['', '#/sign-in', '#/desk?brand=x']) expect(brandOfSignIn(none)).toBeNull();
    expect(parseRoute(signInHref('ring-ring'))).toEqual({ page: 'desk', id: null });
  });
});
