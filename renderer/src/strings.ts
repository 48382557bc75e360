import type { CallOutcome, CallState } from '../../engine/api/contract/index.ts';
import { agentStrings } from './strings-agent.ts';
import { analyticsStrings } from './strings-analytics.ts';
import { calendarStrings } from './strings-calendar.ts';
import { callerStrings } from './strings-callers.ts';
import { frameStrings } from './strings-frame.ts';
import { inboxStrings } from './strings-inbox.ts';
import { knowledgeStrings } from './strings-knowledge.ts';

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

/** Every English word on the screens. */
export const strings = {
  product: 'Voxbox',
  skip: 'Skip to the page',
  nav: {
    label: 'Pages',
    desk: 'Desk',
    calls: 'Calls',
    calendar: 'Calendar',
    inbox: 'Inbox',
    callers: 'Callers',
    knowledge: 'Knowledge',
    agent: 'Agent',
    analytics: 'Analytics',
    businesses: 'Businesses',
    setup: 'Set up',
    settings: 'Settings',
    more: 'More',
  },
  frame: frameStrings,

  box: {
    title: 'Box',
    ready: 'Ready',
    starting: 'Starting',
    degraded: 'Needs attention',
    lost: 'Not connected',
    startingHelp: 'The box is starting. Calls are answered once it is ready.',
    degradedHelp: 'Something keeps the box from working as it should.',
    callsNow: (now: number, capacity: number) => `${now} of ${count(capacity, 'call', 'calls')}`,
    callsNowExact: (now: number, capacity: number) =>
      `${count(now, 'call', 'calls')} now; the box carries ${capacity} at the same time`,
  },

  connection: {
    lost: 'The connection to the box is lost. What you see may be out of date.',
    retrying: 'Trying again…',
    retryNow: 'Try now',
  },

  failure: {
    unreachable: 'The box does not answer.',
    unreachableHelp:
      'This page cannot tell whether calls are answered. Check that the engine runs and that this computer reaches it.',
    unexpected: 'The box answered in a way this page does not understand.',
    unexpectedHelp: 'Load the page again. If it stays, the page and the engine are of different versions.',
    again: 'Try again',
  },

  desk: {
    title: 'Desk',
    inProgress: 'Calls in progress',
    heldBy: { box: 'On hold', caller: 'Caller has put us on hold' },
    heldByExact: {
      box: 'The caller hears music until the call is taken back',
      caller: 'The receptionist waits until the caller is back',
    },
    recordingPaused: 'Recording paused',
    recordingPausedExact: 'Until it goes on, the recording holds silence',
    wants: 'Understood so far',
    nothingYet: 'Nothing understood yet',
    unknownCaller: 'Number withheld',
    open: 'Open',
    openCall: (caller: string) => `Open the call with ${caller}`,
    back: 'Back to the desk',
    notYet: 'Nobody has spoken yet.',
    ended: 'This call has ended.',
    gone: 'This call is not in progress any more.',
    seeCall: 'See it in Calls',
    transcript: 'What is being said',
    called: (number: string) => `called ${number}`,
    elapsed: 'Length of the call so far',
    latency: (seconds: string) => `The last answer began ${seconds} after the caller stopped speaking`,
    todayLine: (calls: number, booked: number) =>
      calls === 0
        ? 'No calls yet today.'
        : `${count(calls, 'call', 'calls')} today, ${booked === 0 ? 'none booked' : `${booked} booked`}.`,
    lastCall: (when: string) => `The last one ended ${when}.`,
    quiet: 'No call in progress',
    quietHelp: (agent: string) =>
      `${agent} answers as soon as the phone rings. The call appears here while it runs.`,
    receptionist: 'The receptionist',
    tryIt: 'Hear it for yourself',
    steps: [
      'Open a SIP phone on a computer or mobile in the same network. No account is needed for a direct call.',
      'Call the address below.',
      'Ask for an appointment, for example “Could I come in on Tuesday afternoon?”',
    ],
    copy: 'Copy',
    copied: 'Copied',
    noNumber: 'No number leads to this business yet.',
  },

  appointments: {
    title: 'Appointments today',
    none: 'No appointments today.',
    noneHelp: 'What callers book appears here at once.',
    byPhone: 'Booked by phone',
    cancelled: 'Cancelled',
    now: 'Now',
    with: (staff: string) => `with ${staff}`,
    seeAll: 'Calendar',
  },

  calls: {
    title: 'Calls',
    search: 'Search name, number or outcome',
    keys: 'j and k move, Enter opens, / searches',
    none: 'No finished calls yet',
    noneHelp:
      'When a call ends, it is kept here with its transcript and recording. Call the number on the Desk to make the first one.',
    noMatch: (term: string) => `No call matches “${term}”.`,
    clear: 'Clear the search',
    pick: 'Choose a call to read what was said.',
    back: 'All calls',
    transcript: 'Transcript',
    noTranscript: 'Nothing was said in this call.',
    booked: 'Booked in this call',
    recording: 'Recording',
    noRecording: 'This call was not recorded.',
    recordingFailed: 'The recording cannot be played. Its file may be missing on the box.',
    channels: 'Caller left, receptionist right',
    play: 'Play',
    pause: 'Pause',
    seek: 'Position in the recording',
    jump: (time: string) => `Play from ${time}`,
    interrupted: 'interrupted by the caller',
    unsure: 'heard unclearly',
    unsureExact: (percent: number) => `The recogniser was ${percent} % sure of these words`,
    notAnswered: 'not answered',
    length: 'Length',
    speed: 'Time to answer',
    speedMedian: (seconds: string) => `typically ${seconds}`,
    withheld: 'Number withheld',
  },

  latency: {
    wait: 'noticing the end',
    stt: 'speech to text',
    understanding: 'understanding',
    tts: 'voice',
    rest: 'rest',
    total: (seconds: string) => `${seconds} from the caller’s last word to the first word of the answer`,
  },

  outcome: {
    booked: 'Booked an appointment',
    message: 'Left a message',
    transferred: 'Put through',
    answered: 'Answered',
    abandoned: 'Caller hung up early',
    interrupted: 'Cut off by a fault',
    refused: 'Not accepted',
    failed: 'Failed',
  } satisfies Record<CallOutcome, string>,
  outcomeUnknown: 'Ended',

  state: {
    invited: 'Coming in',
    ringing: 'Ringing',
    answered: 'In call',
    transferring: 'Transferring',
    ended: 'Ended',
    rejected: 'Rejected',
    cancelled: 'Cancelled',
  } satisfies Record<CallState, string>,

  analytics: analyticsStrings,
  calendar: calendarStrings,
  inbox: inboxStrings,
  callers: callerStrings,
  knowledge: knowledgeStrings,
  agent: agentStrings,

  speaker: { caller: 'Caller', agent: 'Receptionist', staff: 'Staff' },

  slot: {
    service: 'Service',
    when: 'When',
    date: 'Day',
    day: 'Day',
    time: 'Time',
    name: 'Name',
    customerName: 'Name',
    phone: 'Phone',
    customerPhone: 'Phone',
    staff: 'With',
    reason: 'Reason',
    partySize: 'Guests',
  } as Readonly<Record<string, string>>,

  ago: {
    now: 'just now',
    minutes: (n: number) => `${n} min ago`,
    hours: (n: number) => `${n} h ago`,
  },
  loading: 'Loading',
} as const;
