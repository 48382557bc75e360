import { describe, expect, it } from 'vitest';
import { pageFor } from './pages.ts';
import { restartAddress } from './policy.ts';

const logFile = '/home/x/logs/engine.log';
const fault = { exit: 'signal SIGSEGV', lastWords: '<script>alert("x")</script>', hadCalls: true };

describe('pageFor', () => {
  it('says what happened, what it means for callers, and what to do', () => {
    const page = pageFor({ kind: 'waiting', delayMs: 1500, fault }, logFile);
    expect(page).toContain('The engine has stopped while it was working');
    expect(page).toContain('It ended with signal SIGSEGV.');
    expect(page).toContain('Calls that were going on have been cut off.');
    expect(page).toContain('started again by itself');
    expect(page).toContain(`<a href="${restartAddress}">Restart now</a>`);
    expect(page).toContain(logFile);
  });

  it('tells a start that failed from a crash, and one that was given up from one that is tried again', () => {
    const page = pageFor({ kind: 'given-up', fault: { ...fault, hadCalls: false } }, logFile);
    expect(page).toContain('The engine could not start');
    expect(page).not.toContain('cut off');
    expect(page).toContain('not started again by itself');
  });

  it('lets nothing run that the engine wrote', () => {
    const page = pageFor({ kind: 'given-up', fault }, logFile);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toContain('<script');
    expect(page).toContain('&#60;script&#62;');
  });

  it('has no button while the engine starts', () => {
    const page = pageFor({ kind: 'starting', fault: null }, logFile);
    expect(page).toContain('Voxbox is starting');
    expect(page).not.toContain(restartAddress);
    const again = pageFor({ kind: 'starting', fault }, logFile);
    expect(again).toContain('The engine has stopped while it was working');
    expect(again).not.toContain(restartAddress);
  });

  it('says that it ends', () => {
    expect(pageFor({ kind: 'stopping' }, logFile)).toContain('Voxbox is ending');
  });
});
