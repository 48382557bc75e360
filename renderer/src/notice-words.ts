import type { Notice, NoticeKind } from '../../engine/api/contract/index.ts';
import { appointmentAddress } from './addresses.ts';
import { clockTime, phone, shortDay } from './format.ts';
import { href } from './route.ts';
import { strings } from './strings.ts';

/** A notification as it is read, and where it leads. */
export interface Told {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly title: string;
  readonly text: string;
  readonly href: string;
  readonly atMs: number;
  readonly urgent: boolean;
  /** 0 where it is not kept. */
  readonly sequence: number;
}

/** @param zone of the business */
export function toldOf(notice: Notice, zone: string): Told {
  const { kind, atMs, urgent, sequence } = notice;
  return { id: `${kind} ${sequence}`, kind, atMs, urgent, sequence, ...wordsOf(notice, zone) };
}

function wordsOf(notice: Notice, zone: string): Pick<Told, 'title' | 'text' | 'href'> {
  const words = strings.frame.notices;
  const { kind, what, startsAtMs, urgent, callId, appointmentId, submissionId } = notice;
  const who = notice.who ? phone(notice.who) : words.somebody;
  const appointment =
    appointmentId && startsAtMs ? appointmentAddress(appointmentId, startsAtMs, zone) : href('calendar');
  switch (kind) {
    case 'booking': {
      const when = startsAtMs ? `${shortDay(startsAtMs, zone)}, ${clockTime(startsAtMs, zone)}` : '';
      const title = urgent ? words.draft(who) : words.booked(who);
      return { title, text: [what, when].filter(Boolean).join(' · '), href: appointment };
    }
    case 'missed':
      return {
        title: words.missed,
        text: words.missedFrom(notice.who ? who : words.withheld),
        href: callId ? href('calls', callId) : href('calls'),
      };
    case 'message':
      return {
        title: strings.frame.palette.answer(what ?? words.title, notice.who ? who : ''),
        text: urgent ? words.urgent : '',
        href: submissionId ? href('inbox', submissionId) : href('inbox'),
      };
    case 'alert':
      return { title: words.mail, text: words.mailTo(who, what ?? ''), href: appointment };
    case 'clash':
      return { title: words.clash, text: words.clashOf(who, what ?? ''), href: appointment };
  }
}

/** What is wrong with the box itself, in its own sentence. */
export const toldProblem = (problem: string, atMs: number): Told => ({
  ...{ id: problem, kind: 'alert', title: strings.frame.notices.problem, text: problem },
  ...{ href: href('settings', 'box'), atMs, urgent: true, sequence: 0 },
});
