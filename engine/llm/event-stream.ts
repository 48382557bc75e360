/** More than any chunk of text needs: whoever sends it without a line break does not speak this protocol. */
const longestLine = 1024 * 1024;

/** The `data` of server-sent events (WHATWG HTML §9.2.6), as they arrive. @throws what reading the body throws */
export async function* eventsOf(response: Response): AsyncGenerator<string> {
  if (!response.body) return;
  let rest = '';
  let data: string[] = [];
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new Error('a line without an end');
    for (const line of lines) {
      if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
      if (line !== '' || data.length === 0) continue;
      yield data.join('\n');
      data = [];
    }
  }
  // The last event of a server that forgets the empty line.
  if (rest.startsWith('data:')) data.push(rest.slice(5).trim());
  if (data.length > 0) yield data.join('\n');
}
