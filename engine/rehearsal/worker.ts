import { constants, setPriority } from 'node:os';
import { DateTime } from 'luxon';
import { fromErrorShape, systemIds, toErrorShape, type VoxboxError } from '../foundation/index.ts';
import { hangsUp, type RehearsalCase, readCases } from './case.ts';
import { type Gate, gateOf } from './gate.ts';
import { rowsExpected } from './grade.ts';
import type { FromRehearsal, RehearsalOrder, ToRehearsal, Verdict } from './messages.ts';
import type { Embed } from './practice.ts';
import { type CaseResult, rehearse, remembered } from './rehearse.ts';

/** The process of a rehearsal: one order, then it ends. It has the processor when nothing else wants it. */

/** So few at once that a call never waits long behind them. */
const embeddedAtOnce = 4;

type Order = Extract<ToRehearsal, { type: 'order' }>;

/** The embedding model of the engine, asked over the channel. */
class EngineModel {
  readonly #waiting = new Map<
    number,
    { resolve(vectors: readonly Float32Array[]): void; reject(error: unknown): void }
  >();
  #lastId = 0;
  /** Why it could not be asked, where it could not. */
  trouble: VoxboxError | null = null;

  readonly embed: Embed = async (texts) => {
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += embeddedAtOnce) {
      vectors.push(...(await this.#ask(texts.slice(at, at + embeddedAtOnce))));
    }
    return vectors;
  };

  take(message: Exclude<ToRehearsal, { type: 'order' }>): void {
    const asked = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'embedded') {
      asked?.resolve(message.vectors);
    } else {
      this.trouble = fromErrorShape(message.error);
      asked?.reject(this.trouble);
    }
  }

  #ask(texts: readonly string[]): Promise<readonly Float32Array[]> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { resolve, reject });
      tell({ type: 'embed', id: this.#lastId, texts });
    });
  }
}

const tell = (message: FromRehearsal): void => {
  process.send?.(message);
};

async function play({ order, folder }: Order, model: EngineModel): Promise<void> {
  const { rounds, left } = order.kind === 'gate' ? gateOf(order.original, order.ownCases) : triedOut(order);
  tell({ type: 'begun', total: rounds.reduce((sum, { cases }) => sum + cases.length, 0), left });
  const options = {
    ...{ ids: systemIds, embed: remembered(model.embed), folder },
    onResult: (result: CaseResult) => tell({ type: 'judged', verdict: verdictOf(result) }),
  };
  for (const { original, cases } of rounds) await rehearse(cases, { ...options, original });
  // A caller who was not understood for want of a model says nothing of the agent.
  if (model.trouble) throw model.trouble;
  tell({ type: 'done' });
}

/** Somebody who says what was typed, one line after the other, whatever is asked. */
function triedOut({ original, say }: Extract<RehearsalOrder, { kind: 'try' }>): Gate {
  const now = DateTime.now().setZone(original.tenant.timeZone).toFormat("yyyy-MM-dd'T'HH:mm");
  const caller = {
    ...{ id: 'tried', title: 'Tried', profession: original.profile.profile.profession, now },
    ...{ say: [...say, hangsUp], expect: {} },
  };
  const cases: readonly RehearsalCase[] = readCases('tried', JSON.stringify([caller]));
  return { rounds: [{ original, cases }], left: [] };
}

const verdictOf = ({ rehearsed, passed, faults, conversation, there, tookMs }: CaseResult): Verdict => ({
  ...{ id: rehearsed.id, title: rehearsed.title, must: rehearsed.must, passed, faults, there },
  lines: conversation?.lines ?? [],
  expected: rowsExpected(rehearsed),
  tookMs: Math.round(tookMs),
});

function begin(): void {
  const model = new EngineModel();
  setPriority(constants.priority.PRIORITY_LOW);
  process.on('message', (message: ToRehearsal) => {
    if (message.type !== 'order') return model.take(message);
    play(message, model).catch((error: unknown) =>
      tell({ type: 'failed', error: toErrorShape(error, 'rehearsal_unfinished') }),
    );
  });
  // The engine has heard everything, or is gone.
  process.once('disconnect', () => process.exit());
}

begin();
