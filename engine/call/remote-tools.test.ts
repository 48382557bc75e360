import { describe, expect, it } from 'vitest';
import type { ToEngineTool } from './messages.ts';
import { createRemoteTools } from './remote-tools.ts';

const booking = { serviceId: 's', startsAtMs: 1, customerName: 'Ann', customerPhone: '+14155550132' };
const booked = { id: 'a', serviceName: 'cleaning', startsAtMs: 1, endsAtMs: 2, staffName: 'Chair 1' };

describe('tools that the engine runs for the agent', () => {
  it('pairs answers with requests, in any order', async () => {
    const sent: { request: number; tool: ToEngineTool }[] = [];
    const tools = createRemoteTools((request, tool) => sent.push({ request, tool }));
    const first = tools.findOpenings({ serviceId: 's', fromMs: 0, toMs: 9, limit: 1 });
    const second = tools.book(booking);
    expect(sent.map(({ tool }) => tool.name)).toEqual(['findOpenings', 'book']);
    tools.done(sent[1]?.request ?? -1, { name: 'book', value: booked });
    tools.done(sent[0]?.request ?? -1, { name: 'findOpenings', value: [] });
    await expect(first).resolves.toEqual([]);
    await expect(second).resolves.toEqual(booked);
  });

  it('carries the code of a failure, and leaves nothing waiting when the call ends', async () => {
    let request = 0;
    const tools = createRemoteTools((id) => {
      request = id;
    });
    const taken = tools.book(booking);
    tools.failed(request, { code: 'opening_taken', message: 'taken' });
    await expect(taken).rejects.toMatchObject({ code: 'opening_taken' });
    const late = tools.book(booking);
    tools.close();
    await expect(late).rejects.toMatchObject({ code: 'aborted' });
  });
});
