export { isOpen, nextOpening } from './availability.ts';
export type { BookingRequest, Opening, OpeningRequest } from './booking.ts';
export { bookAppointment, findOpenings } from './booking.ts';
