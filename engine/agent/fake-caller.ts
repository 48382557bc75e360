import type { Receptionist, Saying } from './model.ts';

/**
 * Fake caller: plays a script against a receptionist. Each line stands for one turn:
 *
 *     caller: I'd like a cleaning
 *     caller 0.4: mumble          (the recogniser's confidence)
 *     keys: 4155550132
 *     silence: 1
 *     hint: offer them a filling  (of the staff)
 *     agent: what day             (a regular expression that the whole answer must match, any case)
 *     ends                        (the answer before ended the call)
 *
 * With `anticipates` the receptionist is asked before each turn what it would say, as the voice loop does.
 *
 * @returns the lines that went wrong, each with what was said instead
 */
export async function playScript(
  receptionist: Receptionist,
  script: string,
  options: { readonly anticipates?: boolean } = {},
): Promise<readonly string[]> {
  const wrong: string[] = [];
  let said = receptionist.greeting();
  let ended = false;
  const hear = async (sayings: AsyncIterable<Saying>): Promise<void> => {
    const clauses: string[] = [];
    for await (const saying of sayings) {
      if (saying.kind === 'say') clauses.push(saying.text);
      else ended = true;
    }
    said = clauses.join(' ');
  };
  for (const line of script.split('\n').map((entry) => entry.trim())) {
    const [, who = '', confidence, text = ''] = /^(\w+)(?: ([\d.]+))?:?\s*(.*)$/.exec(line) ?? [];
    if (who === 'caller') {
      const heard = { text, confidence: Number(confidence ?? 0.95) };
      const foreseen = options.anticipates
        ? ((await receptionist.anticipate?.(heard, new AbortController().signal)) ?? [])
        : [];
      await hear(receptionist.reply(heard));
      if (!said.includes(foreseen.join(' '))) wrong.push(`foresaw "${foreseen.join(' ')}" but said: ${said}`);
    } else if (who === 'keys') await hear(receptionist.keypad(text));
    else if (who === 'hint') receptionist.hint(text);
    else if (who === 'silence') await hear(receptionist.silence(Number(text)));
    else if (who === 'ends' && !ended) wrong.push(`the call should have ended after: ${said}`);
    else if (who === 'agent' && !new RegExp(text, 'is').test(said))
      wrong.push(`expected /${text}/ but heard: ${said}`);
  }
  return wrong;
}
