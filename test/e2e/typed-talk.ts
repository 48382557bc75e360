import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import type { Persona } from '../caller/persona.ts';

const longestMs = 90_000;

/** Types what the persona answers to each line of the agent until the talk has ended. */
export async function typeTalk(
  page: Page,
  {
    talk,
    persona,
    onLine = async () => {},
  }: {
    readonly talk: Locator;
    readonly persona: Persona;
    /** Told how many lines the agent has said. */
    readonly onLine?: (lines: number) => Promise<void>;
  },
): Promise<void> {
  const lines = talk.locator('li.agent .text');
  const ended = talk.getByText('The talk has ended.');
  const endMs = performance.now() + longestMs;
  let answered = 0;
  while (!(await ended.isVisible()) && performance.now() < endMs) {
    const told = await lines.allTextContents();
    if (told.length === answered) {
      await sleep(100);
      continue;
    }
    const reaction = persona.react(told.slice(answered).join(' '));
    answered = told.length;
    if (reaction.kind !== 'say') continue;
    await talk.getByLabel('Type instead of speaking').fill(reaction.text);
    await page.keyboard.press('Enter');
    await onLine(answered);
  }
  await ended.waitFor();
}
