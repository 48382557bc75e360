import { callChecks } from './call-checks.ts';
import {
  type CheckResult,
  type Diagnosis,
  type Finding,
  type LineCheck,
  lineChecks,
  type Observations,
} from './model.ts';
import { sentenceOf } from './sentences.ts';
import { type CheckRule, type CheckVerdict, failed, passed, skipped, unknown } from './verdict.ts';

const rules: Readonly<Record<LineCheck, CheckRule>> = {
  name: { after: [], judge: judgeName },
  port: { after: ['name'], judge: judgePort },
  certificate: { after: ['name', 'port'], judge: judgeCertificate },
  account: { after: ['name', 'port', 'certificate'], judge: judgeAccount },
  registration: { after: ['name', 'port', 'certificate', 'account'], judge: judgeRegistration },
  ...callChecks,
};

/** What is wrong with a line, from what was seen of it. Pure; the same observations give the same diagnosis. */
export function diagnose(seen: Observations): Diagnosis {
  const states = new Map<LineCheck, CheckResult['state']>();
  const checks: CheckResult[] = [];
  const found: Finding[] = [];
  for (const check of lineChecks) {
    const { after, judge } = rules[check];
    const cause = after.find((earlier) => states.get(earlier) === 'failed');
    const verdict = cause === undefined ? judge(seen) : skipped(`explained by: ${cause}`);
    states.set(check, verdict.state);
    if ('fault' in verdict) {
      const { fault, evidence, state } = verdict;
      checks.push({ check, state, note: fault });
      const severity = state === 'failed' ? 'fault' : 'warning';
      found.push({ fault, severity, sentence: sentenceOf(fault, seen), evidence });
    } else {
      checks.push({ check, state: verdict.state, note: verdict.note });
    }
  }
  // By cause within each severity: a warning does not stand before what breaks calls.
  const findings = [
    ...found.filter(({ severity }) => severity === 'fault'),
    ...found.filter(({ severity }) => severity === 'warning'),
  ];
  const untested = checks.filter(({ state }) => state === 'unknown');
  const headline = findings[0] ?? conclusion(untested, seen);
  const verdict =
    headline.severity === 'fault' ? 'fault' : headline.severity === 'warning' ? 'warning' : 'well';
  return { verdict, headline, findings: findings.length > 0 ? findings : [headline], checks };
}

function conclusion(untested: readonly CheckResult[], seen: Observations): Finding {
  if (untested.length === 0) {
    return { fault: 'all-well', severity: 'none', sentence: sentenceOf('all-well', seen), evidence: [] };
  }
  return {
    fault: 'not-fully-tested',
    severity: 'warning',
    sentence: sentenceOf('not-fully-tested', seen),
    evidence: untested.map(({ check, note }) => `${check}: ${note}`),
  };
}

function judgeName({ trunk, next, name }: Observations): CheckVerdict {
  if (trunk.host === null || next === null) return failed('no-host', `trunk ${trunk.name} has no host`);
  if (name === null) return unknown('not looked up');
  if (name.trouble !== null) return failed('name-unresolved', `looking up ${next.host}: ${name.trouble}`);
  return passed(name.addresses.length > 0 ? name.addresses.join(', ') : next.host);
}

function judgePort({ trunk, next, name, port, options, account, call }: Observations): CheckVerdict {
  const answered = [options?.status, account?.status, call?.status].some(
    (status) => status !== null && status !== undefined,
  );
  if (port === null) return answered ? passed('answers') : unknown('not tried');
  if (port.open || answered)
    return passed(port.rttMs === null ? 'answers' : `answers in ${Math.round(port.rttMs)} ms`);
  const tried = `${trunk.transport} to ${name?.addresses[0] ?? next?.host ?? '?'}:${next?.port ?? '?'}`;
  if (port.trouble === 'refused') return failed('port-blocked', `${tried}: refused, nobody listens there`);
  if (port.trouble === 'unreachable')
    return failed('port-blocked', `${tried}: there is no way to that address`);
  return failed(
    'port-blocked',
    `${tried}: no answer`,
    ...(trunk.transport === 'udp' ? ['OPTIONS was sent three times'] : []),
  );
}

function judgeCertificate({ trunk, certificate }: Observations): CheckVerdict {
  if (trunk.transport !== 'tls') return skipped('no TLS on this trunk');
  if (certificate === null) return unknown('not looked at');
  const { trouble, detail, subject, issuer, validUntil } = certificate;
  if (trouble === null) return passed(`valid until ${validUntil ?? '?'}`);
  const evidence = [
    `TLS: ${detail}`,
    ...(subject === null ? [] : [`subject: ${subject}`]),
    ...(issuer === null ? [] : [`issuer: ${issuer}`]),
    ...(validUntil === null ? [] : [`valid until: ${validUntil}`]),
  ];
  if (trouble === 'expired' || trouble === 'not-yet-valid') return failed('certificate-expired', ...evidence);
  if (trouble === 'wrong-name') return failed('certificate-wrong-name', ...evidence);
  if (trouble === 'untrusted') return failed('certificate-untrusted', ...evidence);
  return failed('tls-failed', ...evidence);
}

/** 403 comes for either: RFC 3261 §21.4.4 only says that trying again does not help. */
function judgeAccount({ trunk, account, call }: Observations): CheckVerdict {
  if (account === null) {
    if (trunk.kind === 'registration') return unknown('registration was not tried');
    if (call?.challenged && (call.status === 401 || call.status === 407)) {
      return failed('wrong-password', `INVITE with our password: ${call.status} again`);
    }
    return call?.challenged ? passed('password taken') : skipped('no password asked for');
  }
  const { status, reason, challenged, kept } = account;
  const answer =
    `REGISTER${challenged ? ' with our password' : ''}: ${status ?? 'no answer'} ${reason ?? ''}`.trim();
  const own = kept === null ? [] : [`registration: ${kept.status} ${kept.reason ?? ''}`.trim()];
  if (status === 401 || status === 407) {
    if (trunk.authUsername === null) return failed('unknown-user', answer, 'no user name is set', ...own);
    return failed('wrong-password', `${answer} again`, ...own);
  }
  if (status === 404 || status === 604) return failed('unknown-user', answer, ...own);
  if (status === 403) return failed(challenged ? 'unknown-user' : 'registration-refused', answer, ...own);
  if (status !== null && status >= 500) return failed('registration-refused', answer, ...own);
  if (status === null) return skipped('no answer to REGISTER');
  return passed(challenged ? 'password taken' : 'no password asked for');
}

function judgeRegistration({ trunk, account }: Observations): CheckVerdict {
  if (trunk.kind !== 'registration') return skipped('no registration on this trunk');
  if (account === null) return unknown('registration was not tried');
  const { status, contacts, kept } = account;
  if (status === null) return failed('no-registration', 'REGISTER: no answer');
  const held = contacts === null ? `REGISTER: ${status}` : `contacts held: ${contacts.join(', ') || 'none'}`;
  if (kept !== null && kept.status !== 'registered') {
    return failed('no-registration', held, `registration here: ${kept.status}`);
  }
  if (contacts !== null && contacts.length === 0) return failed('no-registration', held);
  // A registrar that answers no such question is believed by what the engine's own registration says.
  if (contacts === null && kept === null) return unknown(held);
  return passed(held);
}
