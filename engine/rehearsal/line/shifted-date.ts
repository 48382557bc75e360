/**
 * Loaded before everything else into the processes of a practice engine (`--import`): the day of the case instead of
 * today. Clocks that only go forward, and all timers, stay as they are. The milliseconds to add stand in the address
 * that this is loaded by, since configuration of the engine itself must not be able to move its clock.
 */
const shiftMs = Number(new URL(import.meta.url).searchParams.get('shiftMs'));
const RealDate = globalThis.Date;

globalThis.Date = new Proxy(RealDate, {
  construct: (date, values, newTarget) =>
    Reflect.construct(date, values.length === 0 ? [RealDate.now() + shiftMs] : values, newTarget),
  apply: (date) => new date(RealDate.now() + shiftMs).toString(),
  get: (date, property, receiver) =>
    property === 'now' ? () => RealDate.now() + shiftMs : Reflect.get(date, property, receiver),
});
