import { restartAddress } from './policy.ts';
import { strings } from './strings.ts';
import type { EngineState } from './watchdog.ts';

/** The shell's own page for a state in which the engine cannot show its own. */
export function pageFor(state: EngineState, logFile: string): string {
  if (!('fault' in state)) return document(strings.stopping, [paragraph(strings.noCalls)]);
  if (state.fault === null) return document(strings.starting, [paragraph(strings.startingHelp)]);
  const { exit, hadCalls, lastWords } = state.fault;
  const next = state.kind === 'given-up' ? strings.givenUp : strings.again;
  return document(hadCalls ? strings.crashed : strings.notStarted, [
    paragraph(strings.ended(exit)),
    paragraph(hadCalls ? `${strings.callsEnded} ${strings.noCalls}` : strings.noCalls),
    paragraph(next),
    ...(state.kind === 'starting' ? [] : [`<p><a href="${restartAddress}">${strings.restart}</a></p>`]),
    ...(lastWords ? [`<h2>${strings.lastWords}</h2><pre>${escaped(lastWords)}</pre>`] : []),
    `<h2>${strings.logAt}</h2><pre>${escaped(logFile)}</pre>`,
  ]);
}

const paragraph = (text: string): string => `<p>${escaped(text)}</p>`;

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Loaded as a data: address, so it runs nothing and reaches nothing. */
const document = (title: string, body: readonly string[]): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 12vh auto; padding: 0 1.5rem }
  h2 { font-size: 1rem }
  pre { white-space: pre-wrap; overflow-wrap: anywhere }
  a { display: inline-block; padding: .6rem 1.2rem; border-radius: .5rem; background: #0f5f5c; color: #fff }
</style>
<h1>${escaped(title)}</h1>
${body.join('\n')}
</html>
`;
