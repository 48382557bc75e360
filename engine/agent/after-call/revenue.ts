import type { Money } from '../../store/index.ts';
import type { CallRecord } from './call-record.ts';

/**
 * What a call has brought: the prices of what was booked and ordered, less what was cancelled, by currency.
 * An estimate: services may cost more in the end, and appointments may be missed.
 */
export function revenueOf({ call, booked, cancelled, submissions, services }: CallRecord): readonly Money[] {
  const sums = new Map<string, number>();
  const add = (amountMinor: number, currency: string): void => {
    if (amountMinor !== 0) sums.set(currency, (sums.get(currency) ?? 0) + amountMinor);
  };
  const price = (serviceId: string, sign: 1 | -1): void => {
    const service = services.find(({ id }) => id === serviceId);
    if (service) add(sign * service.priceMinor, service.currency);
  };
  for (const { serviceId } of booked) price(serviceId, 1);
  for (const { serviceId, callId } of cancelled) {
    // What the same call had booked before has brought nothing, and taken nothing away.
    if (callId !== call.id) price(serviceId, -1);
  }
  for (const { totalMinor, currency } of submissions) {
    if (totalMinor !== null && currency !== null) add(totalMinor, currency);
  }
  return [...sums].map(([currency, amountMinor]) => ({ amountMinor, currency }));
}
