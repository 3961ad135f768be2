import { texts } from '../../../texts';
import { type Conditions, type Hide, listOf, type Policy } from './document';
import type { Kind } from './kinds';

const words = texts.rules.says;

/** What is not about what a rule says. */
const ABOUT = ['id', 'version', 'kind', 'on', 'name', 'mode', 'until', 'default'];

/** What a rule says, in few words. */
export function said(rule: Policy): string {
  return SAYINGS[rule.kind]?.(rule) ?? members(rule);
}

/** What a rule says, member by member. */
function members(rule: Policy): string {
  const told = Object.entries(rule).filter(([name]) => !ABOUT.includes(name));
  const shown = (value: unknown) =>
    typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : listOf(value).join(', ');
  return told.map(([name, value]) => `${name}: ${shown(value)}`).join('; ');
}

/** Conditions as half a sentence: "mon-fri 08:00-18:00 (Europe/Berlin); Methods: POST". */
export function conditions(value: Conditions | undefined): string {
  const { time, ...others } = value ?? {};
  const hours = time && [listOf(time.days).join(', '), time.between, `(${time.zone})`];
  const rest = Object.entries(others).map(([name, inner]) => {
    const label = texts.rules.fields.condition.names[name as keyof Conditions] ?? name;
    if (Array.isArray(inner) || typeof inner !== 'object') return `${label}: ${listOf(inner).join(', ')}`;
    const pairs = Object.entries(inner).map(([key, values]) => `${key} = ${listOf(values).join(' | ')}`);
    return `${label}: ${pairs.join(', ')}`;
  });
  return [...(hours ? [hours.filter(Boolean).join(' ')] : []), ...rest].join('; ');
}

const by = (rule: Policy) => listOf(rule.by).map((key) => texts.rules.fields.limits.keys[key] ?? key);

const hidden = ({ at, value, matching }: Hide) => at ?? matching ?? (value && words.values[value]) ?? '';

/** What kinds say whose members would not be understood alone. */
const SAYINGS: Partial<Record<Kind, (rule: Policy) => string>> = {
  conditions: ({ when, require }) => words.conditions(conditions(when), conditions(require)),
  ownership: ({ resource, owner }) =>
    words.ownership(
      Object.values(resource ?? {})[0] ?? '',
      typeof owner === 'object' ? owner.claim : (owner ?? ''),
    ),
  step_up: ({ acr, max_age, when }) => words.stepUp(listOf(acr), max_age, conditions(when)),
  quota: (rule) => words.quota(rule.quota ?? 0, rule.per ?? '', by(rule)),
  rate: (rule) => words.rate(rule.rate ?? 0, rule.per ?? '', by(rule)),
  spacing: (rule) => words.spacing(rule.apart ?? '', by(rule)),
  concurrency: (rule) => words.concurrency(rule.limit ?? 0, by(rule)),
  abuse: (rule) => words.abuse(listOf(rule.codes), rule.rate ?? 0, rule.per ?? '', rule.block_for ?? ''),
  body: ({ max_size }) => words.body(String(max_size)),
  cedar: ({ policies }) => words.cedar(policies ?? ''),
  external: ({ decider }) => words.external(decider?.url ?? ''),
  mask: ({ hide }) => words.mask((hide ?? []).map(hidden)),
};
