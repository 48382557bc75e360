/**
 * Sends requests about one thing one after another: an earlier one that came later would undo what was wanted last.
 */
export function inTurn(): <T>(request: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (request) => {
    const answer = last.then(request);
    last = answer.catch(() => undefined);
    return answer;
  };
}
