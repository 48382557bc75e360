import type { CalendarCopy } from '../../store/index.ts';
import type { RemoteEvent } from './event.ts';

/** An appointment, as far as it is compared with its event. */
export interface OurSide {
  /** It belongs into that calendar. */
  readonly wanted: boolean;
  readonly over: boolean;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly revision: number;
  readonly changedAtMs: number;
}

/**
 * What brings an appointment and its event nearer to each other. `agree`: they are the same, and that is noted;
 * `forget`: neither is there any more. After `take-move` and `take-cancel` the appointment is as the event was.
 */
export type Step =
  | 'nothing'
  | 'create'
  | 'update'
  | 'remove'
  | 'agree'
  | 'forget'
  | 'take-move'
  | 'take-cancel';

type Agreed = Pick<CalendarCopy, 'startsAtMs' | 'endsAtMs' | 'revision'>;
type Theirs = Omit<RemoteEvent, 'uid'>;

/**
 * The rule for what both sides have changed, pure. `agreed` is what they last were alike; `ours` null: there is no
 * such appointment any more. A cancellation of ours is final, what is over stays as it is, and where both were changed
 * the later change holds, ours where that cannot be told.
 */
export function nextStep(ours: OurSide | null, agreed: Agreed | null, theirs: Theirs | null): Step {
  if (ours?.over) return 'nothing';
  if (!ours?.wanted) {
    if (theirs) return 'remove';
    return agreed ? 'forget' : 'nothing';
  }
  if (!theirs) return agreed && agreed.revision === ours.revision ? 'take-cancel' : 'create';
  if (!agreed) return firstStep(ours, theirs);
  const weChanged = ours.revision !== agreed.revision;
  const theirsHolds = !weChanged || isLater(theirs, ours);
  if (theirs.cancelled) return theirsHolds ? 'take-cancel' : 'update';
  if (isAlike(ours, theirs)) return weChanged ? 'update' : 'nothing';
  // How long it lasts is the service's to say.
  const theyMoved = theirs.startsAtMs !== agreed.startsAtMs && theirs.startsAtMs !== ours.startsAtMs;
  return theyMoved && theirsHolds ? 'take-move' : 'update';
}

/** Of an event of ours that nothing was noted of: the box went down before it could be, or the link is a new one. */
function firstStep(ours: OurSide, theirs: Theirs): Step {
  if (isAlike(ours, theirs) && !theirs.cancelled) return 'agree';
  if (!isLater(theirs, ours)) return 'update';
  if (theirs.cancelled) return 'take-cancel';
  return theirs.startsAtMs === ours.startsAtMs ? 'update' : 'take-move';
}

const isAlike = (ours: OurSide, theirs: Theirs): boolean =>
  ours.startsAtMs === theirs.startsAtMs && ours.endsAtMs === theirs.endsAtMs;

/** Calendars tell it to the second. */
const isLater = ({ changedAtMs }: Theirs, ours: OurSide): boolean =>
  changedAtMs !== null && changedAtMs > ours.changedAtMs;
