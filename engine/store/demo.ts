import { z } from 'zod';
import type { Box } from './box.ts';
import type { Tenant } from './model.ts';
import { defaultVoice, type NewTenant, span } from './new-tenant.ts';

const demoTenant: NewTenant = {
  name: 'Bright Smile Dental',
  slug: 'bright-smile-dental',
  industry: 'healthcare',
  timeZone: 'America/New_York',
  language: 'en-US',
  numbers: [{ number: '+15555550100', label: 'Front desk' }],
  profile: {
    agentName: 'Joe',
    profession: 'dentist',
    greeting: 'Thank you for calling Bright Smile Dental. How can I help you today?',
    voice: defaultVoice,
    prompt: 'You are the receptionist of Bright Smile Dental, a family dental practice.',
  },
  hours: [...([1, 2, 3, 4, 5] as const).map((weekday) => span(weekday, 9, 17)), span(6, 9, 13)],
  services: [
    {
      name: 'check-up and cleaning',
      aliases: ['cleaning', 'check-up', 'checkup', 'check up', 'teeth cleaning'],
      durationMinutes: 30,
      priceMinor: 12_000,
      currency: 'USD',
    },
    { name: 'filling', aliases: ['cavity'], durationMinutes: 60, priceMinor: 21_000, currency: 'USD' },
    {
      name: 'whitening',
      aliases: ['teeth whitening', 'bleaching'],
      durationMinutes: 45,
      priceMinor: 35_000,
      currency: 'USD',
    },
  ],
  staff: [{ name: 'Dr. Emily Carter' }, { name: 'Dr. Daniel Osei' }],
};

const demoMade = { key: 'demo.made', schema: z.boolean() };

/**
 * Makes a business to try the box with, at the very first start only: where it was removed, or others came
 * first, it stays away.
 *
 * @returns the tenant when this start made it
 */
export function ensureDemoTenant(box: Box): Tenant | null {
  if (box.settings.get(demoMade.key, demoMade.schema)) return null;
  const tenant = box.tenants.list().length === 0 ? box.tenants.create(demoTenant) : null;
  box.settings.set(demoMade.key, demoMade.schema, true);
  return tenant;
}
