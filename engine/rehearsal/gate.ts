import { professionIds, professionOf } from '../store/index.ts';
import { loadCases, type RehearsalCase, readCases } from './case.ts';
import type { Original } from './practice.ts';

/** Cases that are played against the same business. */
export interface GateRound {
  readonly original: Original;
  readonly cases: readonly RehearsalCase[];
}

export interface Gate {
  readonly rounds: readonly GateRound[];
  /** Titles of cases that ask for a skill which is switched off or gone. */
  readonly left: readonly string[];
}

/**
 * Who calls before an agent is published. The business's own callers reach it as it is. Those of its profession were
 * written for the profession's usual services, hours and prices, and find these: they try who answers and how, not
 * what a business charges.
 *
 * @param ownCases YAML, empty where the business wrote none
 * @throws VoxboxError `input_invalid` naming case and value
 */
export function gateOf(original: Original, ownCases: string): Gate {
  const own = ownCasesOf(ownCases, original);
  const { profession } = original.profile.profile;
  const usual = professionIds().includes(profession) ? inUsualWorld(original) : null;
  const ofProfession = usual ? loadCases().filter((one) => one.must && one.profession === profession) : [];
  const rounds = [
    { original, cases: own },
    ...(usual ? [{ original: usual, cases: ofProfession.filter((one) => suits(one, original)) }] : []),
  ];
  return {
    rounds: rounds.filter(({ cases }) => cases.length > 0),
    left: ofProfession.filter((one) => !suits(one, original)).map(({ title }) => title),
  };
}

/** A case of a business needs to say neither whose it is nor what its profession is. */
export const ownCasesOf = (yaml: string, { profile }: Pick<Original, 'profile'>): readonly RehearsalCase[] =>
  yaml.trim() === '' ? [] : readCases('own callers', yaml, { profession: profile.profile.profession });

/** The cases of a business's profession, but for those that ask for a service or a skill that it does not have. */
export function fittingCases(
  cases: readonly RehearsalCase[],
  original: Original,
): { readonly cases: readonly RehearsalCase[]; readonly left: readonly RehearsalCase[] } {
  const { profile } = original;
  const services = new Set(profile.services.map(({ name }) => name.toLowerCase()));
  const ofProfession = cases.filter(({ profession }) => profession === profile.profile.profession);
  const fits = (one: RehearsalCase): boolean =>
    suits(one, original) &&
    [...(one.given.appointments ?? []), ...(one.expect.appointments ?? [])].every(({ service }) =>
      services.has(service.toLowerCase()),
    );
  return { cases: ofProfession.filter(fits), left: ofProfession.filter((one) => !fits(one)) };
}

/** Who answers and how it talks is the business's; what it offers, when and for how much is its profession's. */
function inUsualWorld(original: Original): Original {
  const { profile, playbook } = original;
  const usual = professionOf(profile.profile.profession);
  const { menu, address, directions } = usual.playbook;
  return {
    ...original,
    profile: {
      ...profile,
      hours: [...usual.hours],
      services: usual.services.map(({ staff: _, ...service }, i) => ({ ...service, id: `usual-${i}` })),
      staff: [{ id: 'usual', name: original.tenant.name }],
    },
    playbook: { ...playbook, menu, address, directions },
  };
}

/** Whether the business still does what the case asks for. */
function suits(
  { given, expect }: RehearsalCase,
  { profile, playbook }: Pick<Original, 'profile' | 'playbook'>,
): boolean {
  const { skills } = profile.profile;
  const can = (skill: string): boolean => skills.length === 0 || skills.includes(skill);
  const kept = expect.submissions ?? [];
  const booked = (expect.appointments ?? []).length > (given.appointments ?? []).length;
  return (
    (!booked || can('book')) &&
    (!isChange({ given, expect }) || can('change-appointment')) &&
    ((given.knowledge ?? []).length === 0 || can('knowledge')) &&
    kept.every(({ kind, skill }) =>
      playbook.skills.some((one) => can(one.id) && one.kind === kind && (skill ?? one.id) === one.id),
    )
  );
}

/** Something that was booked before the call is moved or cancelled by it. */
const isChange = ({ given, expect }: Pick<RehearsalCase, 'given' | 'expect'>): boolean =>
  expect.appointments !== undefined &&
  (given.appointments ?? []).some(
    (one) =>
      !expect.appointments?.some(
        (other) => other.at === one.at && other.name === one.name && other.status === one.status,
      ),
  );
