import { texts } from '../../../texts';
import { plainFault } from './cedar';
import { type BodyStep, type Conditions, type Draft, type Hide, listOf } from './document';
import { type Faults, step } from './faults';
import type { Kind } from './kinds';

const words = texts.rules.fault;

const DURATION = /^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$/;
const SIZE = /^[0-9]+(B|[kK]B|[MG]B|[KMG]iB)?$/;
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const MEDIA_TYPE = /^[^\s/]+\/[^\s/;]+$/;
const COUNTRY = /^([A-Za-z]{2}|unknown)$/;
const URL = /^https?:\/\/[^ ?#@]+$/;

/** Collects what is wrong; of one place, the first. */
class Checks {
  found: Faults = {};

  say(at: string, text: string): void {
    this.found[at] ??= text;
  }

  needs(at: string, value: unknown, text: string = words.missing): void {
    const some = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== '';
    if (!some) this.say(at, text);
  }

  like(at: string, value: unknown, pattern: RegExp, text: string): void {
    if (value !== undefined && value !== '' && !pattern.test(String(value))) this.say(at, text);
  }

  each(at: string, values: unknown, pattern: RegExp, text: (value: string) => string): void {
    listOf(values).forEach((value, index) => {
      if (!pattern.test(value)) this.say(`${at}/${index}`, text(value));
    });
  }

  duration(at: string, value: unknown): void {
    this.like(at, value, DURATION, words.duration);
  }

  size(at: string, value: unknown): void {
    this.like(at, value, SIZE, words.size);
  }

  /** Names that have values: each row says both. */
  pairs(
    at: string,
    map: Record<string, unknown> | undefined,
    name?: [RegExp, (name: string) => string],
  ): void {
    for (const [key, value] of Object.entries(map ?? {})) {
      if (key === '') {
        if (listOf(value).some(Boolean)) this.say(`${at}/`, words.nameless);
        continue;
      }
      if (name && !name[0].test(key)) this.say(`${at}/${step(key)}`, name[1](key));
      if (listOf(value).length === 0) this.say(`${at}/${step(key)}`, words.valueless(key));
    }
  }
}

const asHeader: [RegExp, (name: string) => string] = [HEADER, words.header];

/** What is wrong with conditions; `at` is where they stand. */
function conditions(checks: Checks, at: string, value: Conditions | undefined): void {
  for (const [name, inner] of Object.entries(value ?? {})) {
    const place = `${at}/${name}`;
    const empty = inner === '' || (Array.isArray(inner) && inner.length === 0);
    const nothing =
      typeof inner === 'object' && !Array.isArray(inner) && Object.keys(inner).filter(Boolean).length === 0;
    if (inner !== undefined && (empty || (nothing && name !== 'time'))) checks.say(place, words.condition);
  }
  const { time, headers, claims, body, max_size, countries, media_types } = value ?? {};
  if (time) {
    checks.needs(`${at}/time/zone`, time.zone);
    const [from, to] = (time.between ?? '').split('-');
    if (time.between !== undefined && (!from || !to)) checks.say(`${at}/time/between`, words.hours);
    if (time.between === undefined && listOf(time.days).length === 0) {
      checks.say(`${at}/time/between`, words.noTime);
    }
  }
  checks.pairs(`${at}/headers`, headers, asHeader);
  checks.pairs(`${at}/claims`, claims);
  checks.pairs(`${at}/body`, body, [/^\//, words.pointer]);
  checks.size(`${at}/max_size`, max_size);
  checks.each(`${at}/countries`, countries, COUNTRY, words.country);
  checks.each(`${at}/media_types`, media_types, MEDIA_TYPE, words.mediaType);
}

/** What is wrong with a rule that is about some requests. */
function some(checks: Checks, draft: Draft): void {
  // Without any, it would be about all requests.
  if (draft.when && Object.keys(draft.when).length === 0) checks.say('/when', words.noWhich);
  conditions(checks, '/when', draft.when);
}

/** What is wrong with whose counter a limit has. */
function counters(checks: Checks, draft: Draft): void {
  const by = listOf(draft.by);
  checks.needs('/by', by);
  if (!by.includes('header')) return;
  checks.needs('/header', draft.header);
  checks.like('/header', draft.header, HEADER, words.header(draft.header ?? ''));
}

function hidden(checks: Checks, at: string, rule: Hide): void {
  const [place, value, matching] = [rule.at, rule.value, rule.matching];
  if (value === undefined && matching === undefined) {
    checks.needs(`${at}/at`, place);
    checks.like(`${at}/at`, place, /^\//, words.pointer(place ?? ''));
  }
  if (matching !== undefined) checks.needs(`${at}/matching`, matching);
}

function bodyStep(checks: Checks, at: string, said: BodyStep): void {
  const pointer = (name: 'set' | 'remove' | 'rename' | 'move') => {
    const value = said[name];
    if (value === undefined) return;
    checks.needs(`${at}/${name}`, value);
    checks.like(`${at}/${name}`, value, /^\//, words.pointer(value));
  };
  for (const name of ['set', 'remove', 'rename', 'move'] as const) pointer(name);
  if (said.rename !== undefined || said.move !== undefined) checks.needs(`${at}/to`, said.to);
  if (said.move !== undefined) checks.like(`${at}/to`, said.to, /^\//, words.pointer(said.to ?? ''));
  if (said.json !== undefined) checks.needs(`${at}/json`, said.json);
  if (said.replace !== undefined) checks.needs(`${at}/replace`, said.replace);
}

function changes(checks: Checks, draft: Draft): void {
  const parts = [draft.request?.headers, draft.request?.query, draft.response?.headers];
  const steps = [draft.request?.body, draft.response?.body];
  const says = (part: object | undefined) =>
    Object.values(part ?? {}).some((one) => listOf(Object.keys(Object(one))).length > 0);
  const anything =
    parts.some(says) || steps.some((list) => list?.length) || draft.request?.path !== undefined;
  if (!anything) checks.say('/request', words.nothingChanged);
  const named = (at: string, part: (typeof parts)[number], name?: typeof asHeader) => {
    for (const how of ['rename', 'set', 'add'] as const) {
      const map = part?.[how];
      checks.pairs(`${at}/${how}`, map, name);
      for (const [key, value] of Object.entries(map ?? {})) {
        if (how === 'rename' && key && !value) checks.say(`${at}/${how}/${step(key)}`, words.missing);
      }
    }
    if (name) checks.each(`${at}/remove`, listOf(part?.remove).filter(Boolean), ...name);
  };
  named('/request/headers', draft.request?.headers, asHeader);
  named('/request/query', draft.request?.query);
  named('/response/headers', draft.response?.headers, asHeader);
  checks.like('/request/path', draft.request?.path, /^(\/|\{)/, words.pointer(draft.request?.path ?? ''));
  for (const side of ['request', 'response'] as const) {
    draft[side]?.body?.forEach((said, at) => {
      bodyStep(checks, `/${side}/body/${at}`, said);
    });
  }
  checks.size('/max_body', draft.max_body);
}

/** What each kind of rule has to say, and how. */
const CHECKS: Record<Kind, (checks: Checks, draft: Draft) => void> = {
  conditions(checks, draft) {
    some(checks, draft);
    if (Object.keys(draft.require ?? {}).length === 0) checks.say('/require', words.noCondition);
    conditions(checks, '/require', draft.require);
  },
  ownership(checks, draft) {
    some(checks, draft);
    const [where = 'path', name] = Object.entries(draft.resource ?? {})[0] ?? [];
    checks.needs(`/resource/${where}`, name);
    if (where === 'body') checks.like('/resource/body', name, /^\//, words.pointer(String(name)));
    const { owner } = draft;
    checks.needs('/owner', owner);
    if (typeof owner === 'object') checks.needs('/owner/claim', owner.claim);
  },
  step_up(checks, draft) {
    some(checks, draft);
    if (listOf(draft.acr).length === 0 && !draft.max_age) checks.say('/acr', words.noStepUp);
    checks.duration('/max_age', draft.max_age);
  },
  cedar(checks, draft) {
    checks.needs('/policies', draft.policies?.trim(), words.noStatement);
    const fault = plainFault(draft.policies ?? '');
    if (fault) checks.say('/policies', fault.text);
  },
  external(checks, draft) {
    const { url, timeout, body, max_answer, headers, answer_headers } = draft.decider ?? {};
    checks.needs('/decider/url', url);
    checks.like('/decider/url', url, URL, words.url);
    checks.duration('/decider/timeout', timeout);
    checks.size('/decider/body', body);
    checks.size('/decider/max_answer', max_answer);
    checks.each('/decider/headers', headers, ...asHeader);
    checks.each('/decider/answer_headers', answer_headers, ...asHeader);
  },
  quota(checks, draft) {
    checks.needs('/quota', draft.quota, words.number);
    checks.needs('/per', draft.per);
    if (!['day', 'week', 'month'].includes(draft.per ?? '')) checks.duration('/per', draft.per);
    counters(checks, draft);
  },
  rate(checks, draft) {
    checks.needs('/rate', draft.rate, words.number);
    checks.needs('/per', draft.per);
    checks.duration('/per', draft.per);
    counters(checks, draft);
  },
  spacing(checks, draft) {
    checks.needs('/apart', draft.apart);
    checks.duration('/apart', draft.apart);
    counters(checks, draft);
  },
  concurrency(checks, draft) {
    checks.needs('/limit', draft.limit, words.number);
    counters(checks, draft);
  },
  abuse(checks, draft) {
    checks.needs('/codes', listOf(draft.codes));
    checks.needs('/rate', draft.rate, words.number);
    for (const name of ['per', 'block_for'] as const) {
      checks.needs(`/${name}`, draft[name]);
      checks.duration(`/${name}`, draft[name]);
    }
    checks.needs('/by', listOf(draft.by));
  },
  contract(checks, draft) {
    if (draft.checks?.length === 0) checks.say('/checks', words.missing);
    checks.size('/max_size', draft.max_size);
    checks.each('/uploads/types', draft.uploads?.types, MEDIA_TYPE, words.mediaType);
  },
  headers(checks, draft) {
    const { required, values, content_types, sniff, length_required } = draft;
    const said = [...listOf(required), ...listOf(content_types), ...Object.keys(values ?? {})];
    if (said.length === 0 && !sniff && !length_required) checks.say('/required', words.noHeader);
    checks.each('/required', required, ...asHeader);
    checks.pairs('/values', values, asHeader);
    checks.each('/content_types', content_types, MEDIA_TYPE, words.mediaType);
  },
  body(checks, draft) {
    checks.needs('/max_size', draft.max_size);
    checks.size('/max_size', draft.max_size);
  },
  mask(checks, draft) {
    if (!draft.hide?.length) checks.say('/hide', words.nothingHidden);
    draft.hide?.forEach((rule, at) => {
      hidden(checks, `/hide/${at}`, rule);
    });
    checks.size('/max_body', draft.max_body);
  },
  transform: changes,
  cors(checks, draft) {
    if (listOf(draft.origins).length + listOf(draft.origin_patterns).length === 0) {
      checks.say('/origins', words.missing);
    }
    checks.duration('/max_age', draft.max_age?.trim());
  },
  csrf(checks, draft) {
    checks.duration('/token/valid', draft.token?.valid);
  },
  network(checks, draft) {
    const names = ['allow', 'deny', 'allow_countries', 'deny_countries', 'allow_asns', 'deny_asns'] as const;
    if (names.every((name) => listOf(draft[name]).length === 0)) checks.say('/allow', words.noNetwork);
    for (const name of ['allow_countries', 'deny_countries'] as const) {
      checks.each(`/${name}`, draft[name], COUNTRY, words.country);
    }
  },
};

/** What is plainly wrong with a rule, before anybody is asked. The API has the last word. */
export function faultsOf(kind: Kind, draft: Draft): Faults {
  const checks = new Checks();
  CHECKS[kind](checks, draft);
  return checks.found;
}
