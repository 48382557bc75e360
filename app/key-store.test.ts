import { describe, expect, it } from 'vitest';
import { judgeKeyStore } from './key-store.ts';

describe('judgeKeyStore', () => {
  it('takes a real key store', () => {
    expect(judgeKeyStore({ available: true, backend: 'gnome_libsecret' })).toEqual({
      ok: true,
      store: 'gnome_libsecret',
    });
    // Windows and macOS have one only.
    expect(judgeKeyStore({ available: true, backend: null })).toEqual({ ok: true, store: 'system' });
  });

  it.each(['basic_text', 'unknown'])('refuses %s, which only disguises, and says what to do', (backend) => {
    expect(judgeKeyStore({ available: true, backend })).toMatchObject({
      ok: false,
      why: expect.stringContaining('disguised'),
      help: expect.stringContaining('keyring'),
    });
  });

  it('refuses one that is not open', () => {
    expect(judgeKeyStore({ available: false, backend: 'kwallet6' }).ok).toBe(false);
  });
});
