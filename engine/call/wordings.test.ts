import { describe, expect, it } from 'vitest';
import { closedRequest } from './wordings.ts';

describe('what callers are told while the business is closed', () => {
  const tenant = { tenantName: 'Salon', timeZone: 'Europe/London', language: 'en-GB' };

  it('says when it opens next, in its own time', () => {
    const words = closedRequest(tenant, Date.parse('2026-06-02T08:30:00Z'));
    expect(words).toContain(
      'We are closed right now. We open again on Tuesday the 2nd of June at 9:30 AM. Please',
    );
  });

  it('promises nothing where it never opens', () => {
    expect(closedRequest(tenant, null)).toMatch(/closed right now\. Please say your name/);
  });
});
