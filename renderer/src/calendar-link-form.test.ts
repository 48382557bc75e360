import { describe, expect, it } from 'vitest';
import {
  accountOf,
  accountTroubles,
  chosenOf,
  exampleAddress,
  firstChoice,
  hostOf,
  isSameAccount,
  type LinkDraft,
  linkKinds,
  newLinkDraft,
  problemOf,
  whoseOf,
} from './calendar-link-form.ts';

const draft = (change: Partial<LinkDraft> = {}): LinkDraft => ({
  ...newLinkDraft(),
  ...{ address: 'cloud.example.com', user: ' emily ', password: ' pass word ' },
  ...change,
});
const found = (href: string, readOnly = false) => ({ href, name: href, readOnly });

describe('the form that connects a calendar', () => {
  it('takes an address as people write it', () => {
    expect(accountOf(draft())).toEqual({
      ...{ address: 'https://cloud.example.com', user: 'emily', password: ' pass word ' },
    });
    const addressOf = (address: string) => accountOf(draft({ address })).address;
    expect(addressOf(' http://192.168.1.5:5232/dav ')).toBe('http://192.168.1.5:5232/dav');
    expect(addressOf('calendar.example.com:8443/dav')).toBe('https://calendar.example.com:8443/dav');
  });

  it('knows the address where it is the same for everybody', () => {
    expect(linkKinds.filter((kind) => exampleAddress(kind) === null)).toEqual(['icloud', 'fastmail']);
    for (const kind of ['icloud', 'fastmail'] as const) {
      const { address } = accountOf(draft({ kind, address: 'something else' }));
      expect(new URL(address).protocol).toBe('https:');
      expect(accountTroubles(draft({ kind, address: '' })).address).toBeNull();
    }
  });

  it('says what is wrong in words', () => {
    expect(Object.values(accountTroubles(draft()))).toEqual([null, null, null]);
    const wrong = accountTroubles(draft({ address: '', user: ' ', password: '' }));
    for (const told of Object.values(wrong)) expect(told).toMatch(/^Write the /);
    for (const address of ['ftp://cloud.example.com', 'https://', 'emily:secret@cloud.example.com', 'a b']) {
      expect(accountTroubles(draft({ address })).address, address).toMatch(/^Write the address/);
    }
  });

  it('allows an address of the own network only where that was said', () => {
    expect(accountOf(draft())).not.toHaveProperty('private');
    expect(accountOf(draft({ private: true }))).toMatchObject({ private: true });
  });

  it('forgets what was found when the account is another one', () => {
    const account = accountOf(draft());
    expect(isSameAccount(account, accountOf(draft({ calendar: '/a', staffId: 'x' })))).toBe(true);
    for (const change of [{ address: 'other.example.com' }, { user: 'daniel' }, { password: 'new' }]) {
      expect(isSameAccount(account, accountOf(draft(change))), Object.keys(change)[0]).toBe(false);
    }
  });

  it('chooses among those that were found, and by itself where there is only one', () => {
    expect(firstChoice([found('/a')])).toBe('/a');
    expect(firstChoice([found('/a'), found('/b')])).toBe('');
    expect(firstChoice([])).toBe('');
    expect(chosenOf(draft({ calendar: '/b' }), [found('/a'), found('/b')])?.href).toBe('/b');
    expect(chosenOf(draft({ calendar: '/gone' }), [found('/a')])).toBeNull();
  });
});

describe('a connected calendar', () => {
  it('says whose it is, and where', () => {
    const staff = [{ id: 'e', name: 'Dr. Emily Carter' }];
    expect(whoseOf({ staffId: 'e' }, staff)).toBe('Dr. Emily Carter');
    expect(whoseOf({ staffId: null }, staff)).toBe('The whole business');
    expect(whoseOf({ staffId: 'gone' }, staff)).toBe('Somebody who has left');
    expect(hostOf('https://cloud.example.com:8443/dav/emily/')).toBe('cloud.example.com:8443');
  });

  it('says what to do about a problem, also about one that it does not know', () => {
    expect(problemOf('calendar_unreachable')).toMatch(/tried again by itself/);
    expect(problemOf('something_new')).toMatch(/something_new.*connect it again/);
  });
});
