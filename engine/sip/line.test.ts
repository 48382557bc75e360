import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeParty, fakeParty, fakeSdp, routesAreKnown } from './fake-line.ts';
import type { SrfDialog, SrfHandler, SrfRejection, SrfRequest, SrfResponse } from './srf.ts';
import type { SipTrace } from './watch.ts';

const nearSdp = fakeSdp(4002);
const farSdp = fakeSdp(4000);

let near: FakeParty;
let far: FakeParty;
let uri: string;
const trace: SipTrace[] = [];
let onInvite: SrfHandler = (_, res) => res.send(480);
let onNotify: SrfHandler = (_, res) => res.send(200);
let onRefer: SrfHandler = (_, res) => res.send(501);

beforeAll(async () => {
  const session = { sessionExpiresS: 2, minSessionExpiresS: 1 };
  near = await fakeParty({ ...session, onTrace: (entry) => trace.push(entry) });
  far = await fakeParty({ ...session });
  uri = `sip:100@127.0.0.1:${far.server.port}`;
  far.srf.invite((req, res) => onInvite(req, res));
  far.srf.refer((req, res) => onRefer(req, res));
  near.srf.notify((req, res) => onNotify(req, res));
  await routesAreKnown();
});
afterAll(async () => {
  await near.stop();
  await far.stop();
});

/** Start lines that near saw since `from`, with their direction. */
const seen = (from: number): string[] =>
  trace
    .slice(from)
    .map(({ direction, startLine }) => `${direction} ${startLine.replace(/ sips?:.*| SIP\/2.0$/, '')}`);

const waitFor = async (holds: () => boolean): Promise<void> => {
  const untilMs = performance.now() + 5000;
  while (!holds()) {
    if (performance.now() > untilMs) throw new Error('did not come about');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** A call that far answers. */
async function call(headers = {}): Promise<{ mine: SrfDialog; theirs: SrfDialog; invite: SrfRequest }> {
  const answered = new Promise<{ theirs: SrfDialog; invite: SrfRequest }>((resolve, reject) => {
    onInvite = (req, res) =>
      void far.srf
        .createUAS(req, res, { localSdp: farSdp })
        .then((theirs) => resolve({ theirs, invite: req }), reject);
  });
  const mine = await near.srf.createUAC(uri, { localSdp: nearSdp, headers });
  const { theirs, invite } = await answered;
  await waitFor(() =>
    trace.some(({ startLine, callId }) => startLine.startsWith('ACK') && callId === mine.sip.callId),
  );
  return { mine, theirs, invite };
}

describe('a late offer', () => {
  it('is made in the 200 and answered in the ACK (as callee)', async () => {
    const acked = new Promise<string>((resolve) => {
      onInvite = (req, res) => {
        expect(req.body).toBe('');
        void far.srf.createUAS(req, res, { localSdp: farSdp }).then((dialog) => {
          dialog.on('ack', (ack) => resolve(ack.body));
        });
      };
    });
    const offered = await near.srf.createUAC(uri, { noAck: true });
    expect(offered.sdp).toBe(farSdp);
    const dialog = await offered.ack(nearSdp);
    expect(await acked).toBe(nearSdp);
    await dialog.destroy();
  });
});

describe('reliable provisional responses', () => {
  it('are acknowledged with PRACK, and the application hears of it', async () => {
    const from = trace.length;
    const pracks: string[] = [];
    onInvite = (req, res) => {
      const content = { headers: { Require: '100rel' }, body: farSdp };
      res.send(183, content, null, (prack) => {
        pracks.push(prack.get('RAck') ?? '');
        void far.srf.createUAS(req, res, { localSdp: farSdp });
      });
    };
    const dialog = await near.srf.createUAC(uri, { localSdp: nearSdp });
    const reliable = trace.slice(from).find(({ text }) => /^RSeq/m.test(text))?.text ?? '';
    expect(pracks).toEqual([`${/^RSeq: (\d+)/m.exec(reliable)?.[1]} 1 INVITE`]);
    await dialog.destroy();
  });

  it('hold the 200 back until the PRACK came', async () => {
    const from = trace.length;
    onInvite = (req, res) => {
      res.send(183, { headers: { Require: '100rel' }, body: farSdp });
      void far.srf.createUAS(req, res, { localSdp: farSdp });
    };
    const dialog = await near.srf.createUAC(uri, { localSdp: nearSdp });
    const order = seen(from).filter((line) => !/100 Trying/.test(line));
    expect(order.slice(0, 3)).toEqual(['out INVITE', 'in SIP/2.0 183 Session in Progress', 'out PRACK']);
    expect(order.slice(3, 5)).toEqual(['in SIP/2.0 200 OK', 'in SIP/2.0 200 OK']);
    await dialog.destroy();
  });

  it('are acknowledged by the server where the application does not', async () => {
    const from = trace.length;
    onInvite = (_, res) => {
      res.send(180, { headers: { Require: '100rel' } }, null, () => res.send(486));
    };
    const final = await new Promise<number>((resolve) => {
      near.srf.request(uri, { method: 'INVITE', body: nearSdp }, (_, req) => {
        req.on('response', (res) => res.status >= 200 && resolve(res.status));
      });
    });
    expect(final).toBe(486);
    expect(seen(from)).toContain('out PRACK');
  });

  it('are plain where the caller does not know them', async () => {
    const from = trace.length;
    onInvite = (req, res) => {
      res.send(180, { headers: { Require: '100rel' } });
      void far.srf.createUAS(req, res, { localSdp: farSdp });
    };
    const offered = await near.srf.createUAC(uri, { noAck: true });
    expect(trace.slice(from).some(({ text }) => /^(RSeq|PRACK)/m.test(text))).toBe(false);
    await offered.destroy();
  });
});

describe('UPDATE', () => {
  it('reaches the application of either side, and brings its answer', async () => {
    const { mine, theirs } = await call();
    const reply = (_: SrfRequest, res: SrfResponse): void => res.send(200, { body: fakeSdp(5000, 2) });
    mine.on('update', reply);
    theirs.on('update', reply);
    for (const dialog of [mine, theirs]) {
      const answer = await dialog.request({ method: 'UPDATE', body: fakeSdp(5002, 2) });
      expect([answer.status, answer.body]).toEqual([200, fakeSdp(5000, 2)]);
    }
    await mine.destroy();
  });

  it('without content is answered beside a pending request of ours', async () => {
    const { mine, theirs } = await call();
    let answerInfo = (): void => {};
    theirs.on('info', (_, res) => {
      answerInfo = () => res.send(200);
    });
    const info = mine.request({ method: 'INFO', body: 'x' });
    const update = await theirs.request({ method: 'UPDATE' });
    expect(update.status).toBe(200);
    answerInfo();
    expect((await info).status).toBe(200);
    await mine.destroy();
  });
});

describe('session timers', () => {
  it('are refreshed by the caller, who was asked to, and the call stays', async () => {
    const from = trace.length;
    const { mine, theirs } = await call();
    const ok = trace.slice(from).find(({ startLine }) => startLine === 'SIP/2.0 200 OK');
    expect(ok?.text).toContain('Session-Expires: 2;refresher=uac');
    let ended = false;
    for (const dialog of [mine, theirs]) {
      dialog.on('destroy', () => {
        ended = true;
      });
    }
    await waitFor(() => seen(from).filter((line) => line === 'out UPDATE').length >= 2);
    expect(ended).toBe(false);
    await mine.destroy();
  });

  it('are refreshed by the callee where the caller wants that', async () => {
    const from = trace.length;
    const { mine } = await call({ 'Session-Expires': '2;refresher=uas' });
    await waitFor(() => seen(from).includes('in UPDATE'));
    expect(seen(from)).not.toContain('out UPDATE');
    await mine.destroy();
  });

  it('ask again with the interval that a 422 names', async () => {
    const strict = await fakeParty({ minSessionExpiresS: 90 });
    strict.srf.invite((req, res) => void strict.srf.createUAS(req, res, { localSdp: farSdp }));
    await routesAreKnown();
    const from = trace.length;
    const to = `sip:100@127.0.0.1:${strict.server.port}`;
    const dialog = await near.srf.createUAC(to, { localSdp: nearSdp });
    const asked = trace.slice(from).filter(({ startLine }) => startLine.startsWith('INVITE'));
    expect(asked.map(({ text }) => /^Session-Expires: (.*)\r$/m.exec(text)?.[1])).toEqual(['2', '90']);
    expect(asked[1]?.text).toContain('CSeq: 2 INVITE');
    await dialog.destroy();
    await strict.stop();
  });
});

describe('offers that cross', () => {
  it('are both carried out in the end', async () => {
    const { mine, theirs } = await call();
    for (const dialog of [mine, theirs]) {
      dialog.on('modify', (req, res) => res.send(200, { body: req.body }));
    }
    const answers = await Promise.all([mine.modify(fakeSdp(6000, 2)), theirs.modify(fakeSdp(6002, 2))]);
    expect(answers).toEqual([fakeSdp(6000, 2), fakeSdp(6002, 2)]);
    await mine.destroy();
  });
});

describe('REFER', () => {
  it('is accepted, and reported about even after the call', async () => {
    const { mine, theirs } = await call();
    const heard: string[] = [];
    const ended = new Promise<void>((resolve) => mine.on('destroy', () => resolve()));
    mine.on('notify', (req, res) => {
      heard.push(req.body);
      res.send(200);
    });
    const late = new Promise<string>((resolve) => {
      onNotify = (req, res) => {
        res.send(200);
        resolve(req.body);
      };
    });
    const notify = (state: string, line: string) =>
      theirs.request({
        method: 'NOTIFY',
        headers: { Event: 'refer', 'Subscription-State': state, 'Content-Type': 'message/sipfrag' },
        body: line,
      });
    const reported = new Promise<void>((resolve, reject) => {
      theirs.on('refer', (_, res) => {
        // The first report overtakes the 202.
        notify('active;expires=60', 'SIP/2.0 100 Trying')
          .then(() => res.send(202))
          .then(() => resolve(), reject);
      });
    });
    const accepted = await mine.request({ method: 'REFER', headers: { 'Refer-To': '<sip:200@127.0.0.1>' } });
    expect(accepted.status).toBe(202);
    await reported;
    expect(heard).toEqual(['SIP/2.0 100 Trying']);
    await theirs.destroy();
    await ended;
    const last = await notify('terminated;reason=noresource', 'SIP/2.0 200 OK');
    expect(last.status).toBe(200);
    expect(await late).toBe('SIP/2.0 200 OK');
    await expect(notify('active', 'SIP/2.0 200 OK')).rejects.toThrow(/unable to find dialog/);
  });

  it('outside of a call has a dialog of its own', async () => {
    onRefer = (_, res) => res.send(202);
    const status = await new Promise<number>((resolve) => {
      const headers = { 'Refer-To': '<sip:200@127.0.0.1>' };
      near.srf.request(uri, { method: 'REFER', headers }, (_, req) => {
        req.on('response', (res) => resolve(res.status));
      });
    });
    expect(status).toBe(202);
  });

  it('with Replaces brings an INVITE that names the other dialog', async () => {
    const replaces = 'one@there;to-tag=a;from-tag=b';
    const { mine, invite } = await call({ Replaces: replaces, Require: 'replaces' });
    expect(invite.get('Replaces')).toBe(replaces);
    await mine.destroy();
  });
});

describe('an in-dialog request', () => {
  it('finds nothing after the BYE', async () => {
    const { mine, theirs } = await call();
    await mine.destroy();
    const gone = theirs.request({ method: 'INFO', body: 'x' });
    await expect(gone).rejects.toThrow(/unable to find dialog/);
  });

  it('that is refused leaves the call up', async () => {
    const { mine, theirs } = await call();
    theirs.on('modify', (_, res) => res.send(488));
    const refusal = await mine.modify(fakeSdp(7000, 2)).then(
      () => null,
      (error: SrfRejection) => error,
    );
    expect(refusal?.status).toBe(488);
    await mine.destroy();
  });
});
