import { type Clock, isVoxboxError, type Log } from '../foundation/index.ts';
import {
  type DialogueEvent,
  type DialogueState,
  type Facts,
  isTool,
  type Move,
  startState,
  type ToolMove,
} from './dialogue.ts';
import { expectedOf } from './expected.ts';
import { expectingOf } from './expecting.ts';
import { one, recordLine, troubleAndEnd } from './failure-lines.ts';
import { createForeseen, type Foreseen } from './foreseen.ts';
import { guessed, holdsAnswer, isPuzzling } from './hardly-heard.ts';
import { hinted } from './hint.ts';
import type {
  CallerContext,
  Heard,
  Opening,
  ProfileSnapshot,
  Receptionist,
  ReceptionistTools,
  Saying,
} from './model.ts';
import { filler, greetingOf, phraseMove, remarkTemplate, slotsInWords, welcome } from './phrasing/phrase.ts';
import { type Phrase, smallTalk, smallTalkPrompt } from './phrasing/small-talk.ts';
import { formInWords } from './phrasing/transfer.ts';
import { decide } from './policy.ts';
import { agreedDay } from './skills/book.ts';
import { askedSlot, openSlots } from './skills/form.ts';
import { type Exchange, remembered } from './talk.ts';
import type { Embed, IntentBank } from './understanding/intents.ts';
import { phoneFromDigits, regionOf } from './understanding/phone.ts';
import { emptyReading, type Reading } from './understanding/reading.ts';
import {
  embedOwn,
  type OwnVectors,
  recognise,
  type UnderstandingContext,
  understand,
} from './understanding/understand.ts';

export interface ReceptionistOptions {
  readonly snapshot: ProfileSnapshot;
  readonly caller: CallerContext;
  readonly tools: ReceptionistTools;
  readonly embed: Embed;
  /** Words for small talk; templates serve without it. */
  readonly phrase?: Phrase;
  /** Told after each turn how the prompt of the next small talk will begin, so that it can be read meanwhile. */
  readonly readAhead?: (prefix: ReturnType<typeof smallTalkPrompt>) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly intentBank: IntentBank;
  /** The vectors of this business's own phrases, where they are made already. */
  readonly own?: Promise<OwnVectors>;
}

/** A tool slower than this is bridged with a filler. */
const patienceMs = 600;
const late = Symbol('late');

/** The receptionist's mind for one call: understanding → policy → tools → policy → words. */
export function createReceptionist(options: ReceptionistOptions): Receptionist {
  const { snapshot, caller, clock, log } = options;
  let state: DialogueState = startState(caller);
  let turn = 0;
  // A tool once started runs to its end even when nobody waits for the words any more.
  let running: Promise<readonly Move[]> | null = null;
  // Results that were decided on but not yet said, because the caller talked over the waiting.
  let untold: readonly Move[] = [];
  let own: Promise<OwnVectors> | null = options.own ?? null;
  // Where it fails the words alone are read; nobody may have asked yet.
  own?.catch(() => {});
  let talk: readonly Exchange[] = [];
  // What the staff want the next turn to go by.
  let whispered: { readonly text: string; readonly reading: Promise<Reading> } | null = null;
  let note: string | null = null;
  // What was read and looked up while the caller was still about to finish.
  let foreseen: Foreseen | null = null;

  const facts = (): Facts => ({ snapshot, caller, nowMs: clock.nowMs() });

  /** Nobody else gets it while the rest is asked for; without it the booking itself finds out. */
  const keepOpening = ({ serviceId }: DialogueState, { startsAtMs }: Opening): void => {
    if (serviceId === null) return;
    options.tools
      .hold({ serviceId, startsAtMs })
      .catch((error: unknown) => log.debug({ err: error }, 'an opening could not be kept'));
  };

  const apply = (event: DialogueEvent): readonly Move[] => {
    const decision = decide(state, event, facts());
    const taken = decision.state.chosen;
    if (taken && taken !== state.chosen && !decision.state.moving) keepOpening(decision.state, taken);
    state = decision.state;
    return decision.moves;
  };

  const runTool = async (move: ToolMove): Promise<readonly Move[]> => {
    const moves = await callTool(move);
    untold = [...untold, ...moves.filter(isNews)];
    return moves;
  };

  const callTool = async (move: ToolMove): Promise<readonly Move[]> => {
    try {
      return apply(await resultOf(move));
    } catch (error) {
      log.warn({ tool: move.kind, err: error }, 'a tool failed');
      return apply({ kind: 'tool-failed', code: isVoxboxError(error) ? error.code : null });
    }
  };

  const resultOf = async (move: ToolMove): Promise<DialogueEvent> => {
    const { tools } = options;
    switch (move.kind) {
      case 'find-openings': {
        const ahead = foreseen?.openingsOf(move.request, clock.monotonicMs());
        return { kind: 'openings', openings: await (ahead ?? tools.findOpenings(move.request)) };
      }
      case 'find-appointments':
        return { kind: 'appointments', appointments: await tools.findAppointments(move.request) };
      case 'look-up':
        return { kind: 'answered', answer: await tools.lookUp(move.request) };
      case 'book':
        return { kind: 'booked', appointment: await tools.book(move.request) };
      case 'reschedule':
        return { kind: 'rescheduled', appointment: await tools.reschedule(move.request) };
      case 'cancel':
        return { kind: 'cancelled', appointment: await tools.cancel(move.request) };
      case 'submit':
        await tools.submit(move.request);
        return { kind: 'submitted' };
      case 'do-not-call':
        await tools.doNotCall(move.request);
        return { kind: 'not-called' };
    }
  };

  const context = (): UnderstandingContext => ({
    expecting: expectingOf(state, askedSlot(state, snapshot)),
    slots: openSlots(state, snapshot),
    slotAsked: askedSlot(state, snapshot)?.id ?? null,
    serviceAsked: state.pending === 'service',
    knownDay: agreedDay(state, snapshot.timeZone),
    knownPhone: state.change ? state.change.phone : state.phone,
    choices:
      state.pending === 'offers'
        ? state.offers.length
        : state.pending === 'which-appointment'
          ? (state.change?.found.length ?? 0)
          : 0,
    nowMs: clock.nowMs(),
  });

  const read = async (heard: Heard): Promise<Reading> => {
    own ??= embedOwn(snapshot, options.embed);
    try {
      const known = { snapshot, bank: options.intentBank, embed: options.embed, own: await own };
      return likelier(heard, await understand(heard, known, context()));
    } catch (error) {
      // Without the embedding model the words alone still carry a booking.
      own = null;
      log.warn({ err: error }, 'understanding without the embedding model');
      return likelier(heard, recognise(heard, snapshot, context()));
    }
  };

  /** Words that mean nothing here are taken for what they may have been instead, where that answers the question. */
  const likelier = ({ alternatives = [] }: Heard, reading: Reading): Reading => {
    if (alternatives.length === 0 || !isPuzzling(state, reading, facts())) return reading;
    const others = alternatives.map((text) => recognise({ text, confidence: guessed }, snapshot, context()));
    return others.find((other) => holdsAnswer(state, other, facts())) ?? reading;
  };

  /** Says the moves, running tools between them; words are phrased from the state their move was decided in. */
  async function* perform(first: readonly Move[], signal?: AbortSignal): AsyncGenerator<Saying> {
    let moves = first;
    while (moves.length > 0) {
      const tool = moves.find(isTool);
      const spoken = phrased(moves, state);
      const result = tool ? begin(tool) : null;
      for (const item of spoken) {
        if (signal?.aborted) return;
        yield typeof item === 'string' ? await chat(item, signal) : item;
      }
      const said = moves;
      untold = untold.filter((move) => !said.includes(move));
      if (!result) return;
      const done = await inTime(result);
      if (done === late) {
        if (signal?.aborted) return;
        yield filler(turn);
      }
      moves = done === late ? await result : done;
      running = null;
    }
  }

  const begin = (tool: ToolMove): Promise<readonly Move[]> => {
    running = runTool(tool);
    return running;
  };

  /** Sayings in order; a string stands for a remark that the model answers. */
  const phrased = (
    moves: readonly Move[],
    decided: DialogueState,
    turnNumber = turn,
  ): readonly (Saying | string)[] =>
    moves.flatMap((move): readonly (Saying | string)[] => {
      if (isTool(move)) return [];
      if (move.kind === 'chat') return [move.text];
      return phraseMove(move, { ...facts(), state: decided, turn: turnNumber });
    });

  const chat = async (text: string, signal?: AbortSignal): Promise<Saying> => {
    const known = { ...facts(), shown: state.shown, before: talk, note };
    const said = options.phrase && (await smallTalk(text, { ...known, phrase: options.phrase, signal }));
    return said ? { kind: 'say', text: said, fixed: false } : remarkTemplate(turn);
  };

  /** What was said, heard to its end or not, is what the conversation goes on from. */
  async function* noted(caller: string, sayings: AsyncIterable<Saying>): AsyncGenerator<Saying> {
    const words: string[] = [];
    try {
      for await (const saying of sayings) {
        if (saying.kind === 'say') words.push(saying.text);
        yield saying;
      }
    } finally {
      talk = remembered(talk, { caller, agent: words.join(' ') });
      options.readAhead?.(smallTalkPrompt(snapshot, talk));
    }
  }

  /** What a tool brought while the caller talked over the waiting: a booking made is told all the same. */
  const unheard = async (): Promise<readonly Saying[]> => {
    let moves = running ? await running : [];
    running = null;
    for (;;) {
      const tool = moves.find(isTool);
      if (!tool) break;
      moves = await runTool(tool);
    }
    const told = phrased(untold, state).filter((item) => typeof item !== 'string');
    untold = [];
    return told;
  };

  return {
    greeting: () => welcome(greetingOf(snapshot), caller.spokenName ?? null),

    async *reply(heard, signal) {
      turn++;
      const news = await unheard();
      const startedMs = clock.monotonicMs();
      const known = await foreseen?.readingOf(heard, state);
      const reading = known ?? (await read(heard));
      log.debug(
        {
          intent: reading.intent?.name ?? null,
          understandingMs: clock.monotonicMs() - startedMs,
          foreseen: known !== undefined && known !== null,
          pii: { text: heard.text },
        },
        'understood',
      );
      // What is answered with yes or no stays as it was put: a hint is for the turn after.
      const isAnswer = state.readBack !== null || context().expecting === 'yes-no';
      const hint = isAnswer ? null : ((await whispered?.reading) ?? null);
      if (signal?.aborted) return;
      note = whispered?.text ?? null;
      if (!isAnswer) whispered = null;
      const moves = apply({ kind: 'reading', reading: hinted(reading, hint) });
      yield* news;
      yield* noted(heard.text, perform(moves, signal));
    },

    async anticipate(heard, signal) {
      // Nothing is foreseen while a tool runs: its result changes what is said.
      if (running) return [];
      const reading = read(heard);
      const ahead = createForeseen(heard.text, state, reading);
      foreseen = ahead;
      const decision = decide(state, { kind: 'reading', reading: await reading }, facts());
      let texts = textsOf(phrased(decision.moves, decision.state, turn + 1));
      const search = decision.moves.find((move) => move.kind === 'find-openings');
      if (search?.kind !== 'find-openings' || signal.aborted) return texts;
      const openings = options.tools.findOpenings(search.request);
      ahead.looksUp(search.request, openings, clock.monotonicMs());
      const found = decide(decision.state, { kind: 'openings', openings: await openings }, facts());
      texts = [...texts, ...textsOf(phrased(found.moves, found.state, turn + 1))];
      return texts;
    },

    async *handOver() {
      const [person] = snapshot.people ?? [];
      if (person) {
        yield* perform(apply({ kind: 'hand-over', personId: person.id }));
      } else if (snapshot.recorded) {
        yield* one(recordLine);
        yield { kind: 'record-message' };
      } else yield* troubleAndEnd();
    },

    async *keypad(keys, signal) {
      turn++;
      const news = await unheard();
      const moves = apply({ kind: 'reading', reading: readKeys(keys, state, snapshot) });
      yield* news;
      yield* perform(moves, signal);
    },

    async *returned(after, said) {
      const news = await unheard();
      talk = remembered(talk, { caller: said, agent: 'My colleague has talked with you about that.' });
      const isHandBack = after === 'given-back' || after === 'left-alone';
      const moves = apply(
        isHandBack ? { kind: 'handed-back', how: after } : { kind: 'transfer-failed', why: after },
      );
      yield* news;
      yield* perform(moves);
    },

    hint(text) {
      whispered = { text, reading: read({ text, confidence: 1 }) };
      whispered.reading.catch(() => {});
    },

    async *silence(times) {
      yield* await unheard();
      yield* perform(apply({ kind: 'silence', times }));
    },

    expecting: () => expectingOf(state, askedSlot(state, snapshot)),

    listensFor: () => expectedOf(state, { snapshot, caller }),

    asks: () => (state.pending === 'slot' ? `slot:${state.slotId}` : state.pending),

    slots: () => {
      const form = formInWords(state, { snapshot });
      if (form && (state.form || (!state.booking && state.booked === null))) return form;
      if (!state.booking && state.booked === null) return null;
      return { skill: 'book', slots: slotsInWords(state, { snapshot }) };
    },
  };
}

const textsOf = (sayings: readonly (Saying | string)[]): readonly string[] =>
  sayings.flatMap((saying) => (typeof saying !== 'string' && saying.kind === 'say' ? [saying.text] : []));

/** What a caller has to hear of: an effect that came about, or one that did not. */
const news: ReadonlySet<string> = new Set([
  'booked',
  'moved',
  'cancelled',
  'submitted',
  'not-called',
  'failure',
]);

const isNews = (move: Move): boolean => move.kind === 'say' && news.has(move.line.name);

/** Keys as a reading: a phone number, 1 and 2 for yes and no, or the number of an offer. */
function readKeys(keys: string, state: DialogueState, snapshot: ProfileSnapshot): Reading {
  const digits = keys.replace(/\D/g, '');
  const base: Reading = { ...emptyReading, text: digits };
  const phone = phoneFromDigits(digits, regionOf(snapshot.language));
  if (phone) return { ...base, phone: { value: phone, confidence: 1 }, digits };
  const expecting = expectingOf(state, askedSlot(state, snapshot));
  if (expecting === 'digits') return { ...base, digits: digits === '' ? null : digits };
  if (state.pending === 'offers' && state.offers.length > 1) {
    return { ...base, choice: digits === '1' ? 'first' : digits === '2' ? 'second' : null };
  }
  if (expecting === 'yes-no' || state.pending === 'offers' || state.pending === 'anything-else') {
    return {
      ...base,
      yesNo: digits === '1' ? 'yes' : digits === '2' ? 'no' : null,
      clearYes: digits === '1',
    };
  }
  return base;
}

async function inTime(result: Promise<readonly Move[]>): Promise<readonly Move[] | typeof late> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<typeof late>((resolve) => {
    timer = setTimeout(() => resolve(late), patienceMs);
  });
  try {
    return await Promise.race([result, waited]);
  } finally {
    clearTimeout(timer);
  }
}
