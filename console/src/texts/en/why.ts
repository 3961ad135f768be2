const list = (words: string[]) => words.join(', ');

/** A span in words: `60 s`, `20 min`, `2 d 3 h`. */
function span(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 120) return `${Number(seconds.toFixed(1))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Names of evidence that say more than their words. */
const EVIDENCE: Record<string, string> = {
  address: 'Address',
  allowed: 'Methods',
  by: 'Counted by',
  came: 'Came with the request',
  covers: 'Covered operations',
  entry: 'Entry',
  expired_list: 'Expired list, so nobody is on it',
  granted: 'Granted scopes',
  has: 'Access roles',
  key_environment: 'Environment of the key',
  looked: 'A key in one of',
  looks_like: 'The body looks like',
  name: 'Name',
  nearest: 'Nearest operation',
  nearest_range: 'Nearest entry',
  not_allowing: 'Roles that do not allow this',
  not_carried: 'Not carried by the key',
  not_granted: 'Not granted by the subscription',
  provenance: 'Taken from',
  required: 'Required',
  reset: 'One more passes in',
  seen: 'Seen',
  service_environment: 'Environment of the request',
  similar: 'Similar keys',
  trigger: 'After too many',
};

/** Facts that a decision may lack, in words that say what they are. */
const FACTS: Record<string, string> = {
  body_start: 'the body',
  counters: 'the counters',
  credential: 'the key',
  operation: 'the operation',
};

/** Why something could not be decided. */
function unknown(what: string, unread: boolean): string {
  if (what === 'identity') return 'who calls is not known';
  if (what === 'subscription') return 'there is no subscription';
  const fact = Object.hasOwn(FACTS, what) ? FACTS[what] : what.replaceAll('_', ' ');
  return unread ? `nobody had looked at ${fact} yet` : `${fact} was not kept`;
}

/** Texts of the room `why`. */
export const why = {
  title: 'Why',
  asking: (id: string) => `Why ${id}`,
  refused: (request: string) => `Why ${request} was refused`,
  allowed: (request: string) => `How ${request} passed`,
  cannotTell: (request: string) => `What is known of ${request}`,
  /* The head */
  by: 'by app',
  nobodyKnown: 'by a caller that is not known',
  passedOn: 'passed',
  stage: (name: string, number: number) => `stage ${number} of 17, ${name}`,
  service: 'service',
  operation: 'operation',
  revision: 'revision',
  key: 'key',
  subscription: 'subscription',
  list: 'list',
  from: 'from',
  clientId: 'id of the caller’s own',
  folded: (n: number) =>
    `This request was one of a flood of alike refusals. One record stands for ${n.toLocaleString('en')} of them.`,
  askCan: 'Ask Can…?',
  addToList: 'Add this address to a list',
  audience: 'As it is told to the',
  audiences: { operator: 'Operator', publisher: 'Publisher', consumer: 'Consumer' } as Record<string, string>,
  audienceHelp: {
    operator: 'All that is known.',
    publisher: 'What the owners of the service see. Fixes are applied in your own view.',
    consumer: 'What whoever sent the request can look up with its id. Fixes are applied in your own view.',
  } as Record<string, string>,
  /* The picture */
  where: 'Where it stopped',
  whereAllowed: 'The way it took',
  way: 'Stages of the request',
  fared: {
    passed: 'passed',
    idle: 'passed, nothing to ask here',
    refused: 'refused here',
    next: 'would refuse next',
    unknown: 'not known',
    ahead: 'not reached',
  },
  used: (used: number, of: number) => `${used.toLocaleString('en')} of ${of.toLocaleString('en')} used`,
  missing: (one: { what: string; unread: boolean }) => unknown(one.what, one.unread),
  stopped: (stage: string, number: number) => `Refused at stage ${number} of 17, ${stage}`,
  wouldStop: (stage: string, number: number) => `Would refuse next, at stage ${number}, ${stage}`,
  inShadow: 'Would have refused, if its policy were not in shadow mode',
  seen: 'Seen',
  expected: 'Expected',
  met: 'Met',
  differsFrom: 'does not match',
  metBy: 'is stopped by',
  nothing: 'nothing',
  policy: 'Policy',
  evidence: (name: string) => {
    if (Object.hasOwn(EVIDENCE, name)) return EVIDENCE[name] as string;
    const words = name.replaceAll('_', ' ');
    return words.charAt(0).toUpperCase() + words.slice(1);
  },
  span,
  bytes: (n: number) => `${n.toLocaleString('en')} bytes`,
  /* Whose business it is */
  what: 'What to do',
  fault: (fault: string) => `Whose business: ${fault.replaceAll('_', ' ')}`,
  acts: (code: string, fault: string, tenant?: string | null) => {
    if (code === 'subscription.pending')
      return `A decision is due: the owners of the service${tenant ? ` (tenant ${tenant})` : ''} approve or reject.`;
    const acts: Record<string, string> = {
      consumer: 'Whoever sent the request has to change it, or what they hold.',
      publisher: `The owners of the service${tenant ? ` (tenant ${tenant})` : ''} have to change how it is published.`,
      operator: 'The operators of the gateway have to change how it is set up.',
      identity_provider: 'Whoever issues the tokens has to act; the caller’s token is not to blame.',
      upstream: 'Whoever runs the upstream has to act.',
      gateway: 'The gateway itself was the cause: its operators have to look.',
    };
    return acts[fault] ?? 'Nobody in particular is named.';
  },
  because: 'What says so',
  callerCan: 'The caller’s part',
  notOurs: 'This refusal is not Postern’s. The gateway let the request pass; the upstream answered so.',
  looksLike: 'It looks like',
  orLike: 'or',
  whatNext: 'What to do next',
  onThePath: 'On the path, which is not to say that it refused',
  upstreamSaid: 'How the upstream’s answer began',
  upstreamSilent: 'Nothing of the upstream’s answer was kept.',
  /* Fixes */
  fixes: 'Proved fixes',
  mayHelp: 'What may help',
  noFix: 'No change of the configuration is offered for this.',
  ifWrong: 'If this refusal was wrong',
  ifWrongHelp: 'By the rules it was right. These open what somebody closed on purpose.',
  command: 'The same as a command',
  byCommand: 'This is done by a command',
  commandOf: (n: number) => `command of fix ${n}`,
  proof: (through: string) => `Proved through ${through}: decided again from the recorded facts`,
  unproved: (why: string) => `Not proved: ${why}`,
  assumed: (what: string) => `assuming that ${what}`,
  notChecked: (stages: string[]) => `not checked: ${list(stages)}`,
  lets: 'Also lets in',
  reach: (r: { refusals: number; pass: number; unknown: number; over: string }) => {
    if (r.refusals === 0) return `no other refusal is recorded in ${r.over}`;
    const refusals = r.refusals === 1 ? '1 other refusal' : `${r.refusals} other refusals`;
    const unknown = r.unknown > 0 ? `; of ${r.unknown} it cannot be told` : '';
    return `of ${refusals} in ${r.over}, ${r.pass} would have passed${unknown}`;
  },
  review: 'Review and apply',
  reviewOf: (sentence: string) => `Review and apply: ${sentence}`,
  mayNot: 'You may not apply this. Send the link of this page to somebody who may.',
  takesTwo: 'Somebody else has to approve this: the service takes two people for what callers get.',
  propose: 'Propose it',
  proposing: 'Propose this fix?',
  proposingHelp: 'A change request is made. Nothing changes until somebody else approves it.',
  apply: 'Apply',
  applied: 'Applied',
  applying: 'Apply this fix?',
  change: 'What changes',
  changeName: 'lines of the configuration',
  done: (sentence: string) => `Done: ${sentence}`,
  madeChange: (sequence: number) => `It is change ${sequence}, and it is served.`,
  did: (did: string, kind: string) => `${kind.replaceAll('_', ' ')} ${did}:`,
  newKey: 'A new key',
  keyOf: (app: string) => `new key of ${app}`,
  /* Trying again */
  again: 'Try it again',
  againHelp:
    'Decides what is recorded of this request anew, by what is in force now. Nothing is sent to an upstream.',
  decide: 'Decide again',
  wouldPass: 'It would pass now.',
  wouldNot: (code: string) => `It would still be refused: ${code}`,
  passesAsFar: 'It would pass now, as far as can be told.',
  untold: 'Not looked at:',
  untoldAt: (one: { stage: string; what: string; not_looked_at: boolean }) =>
    `${one.stage}: ${unknown(one.what, one.not_looked_at)}`,
  send: 'Send it yourself',
  curl: 'curl command of this request',
  gaps: {
    body: 'Its body was not kept: put it into the file that the command names.',
    bodyCut: 'Only the beginning of its body was kept: put all of it into the file that the command names.',
    query: 'It had a query, which is never kept.',
    key: 'Put the key where the command says YOUR_KEY: secrets are never kept.',
    template: 'Of its path only the template was kept: fill in what stands in braces.',
    headers: 'Its headers are not told to you.',
    where: 'Put the address of the gateway where the command says GATEWAY.',
    secrets: (names: string[]) => `Left out, since they are secret: ${list(names)}.`,
  },
  /* What was told */
  told: 'What the consumer was told',
  toldCode: 'Code',
  toldDetail: 'Sentence',
  toldFix: 'Fix',
  disclosure: (words: string) => `Disclosure: ${words}`,
  /* Since and compared */
  since: 'Since when',
  always: 'As long as anything is kept.',
  oldest: (n: number) => `The oldest revision looked at is ${n}.`,
  before: (allowed?: boolean | null) =>
    allowed === true
      ? 'Allowed before'
      : allowed === false
        ? 'Refused otherwise before'
        : 'Allowed before (as far as is known)',
  untilRevision: (n: number) => `until revision ${n};`,
  sinceRevision: 'refused since',
  revisionNumber: (n: number) => `revision ${n}`,
  gone: (numbers: number[]) => `Perhaps since ${numbers.join(' or ')}, which cannot be read any more.`,
  sinceRow: (sequence: number, row: string) => `until change ${sequence} of ${row.replaceAll('_', ' ')}`,
  count: (n: number) =>
    n === 1 ? '1 such refusal since then.' : `${n.toLocaleString('en')} such refusals since then.`,
  changedBy: 'By',
  changedAt: 'at',
  theirComment: 'Comment',
  compared: 'Compared with the last time it passed',
  lastAllowed: 'Request',
  noDifference: 'Nothing that is kept was different.',
  difference: 'What',
  thatTime: 'When it passed',
  thisTime: 'This time',
  absent: 'not there',
  notes: 'Notes',
  none: 'Nothing is known about this.',
  /* What passed */
  wire: 'What passed',
  wireToUpstream: 'Headers on their way to the upstream',
  madeInRequest: 'Changed in the request by policies',
  madeInAnswer: 'Changed in the answer by policies',
  hidden: 'Hidden in the answer by policies',
  hiddenValues: (count: number) => (count === 1 ? '1 value' : `${count} values`),
  added: 'Added',
  removed: 'Removed',
  changed: 'Changed',
  received: 'Headers as they came',
  sentByCaller: 'What the caller sent',
  answered: 'What the upstream answered',
  got: (status: number) => `What the caller got: ${status === 0 ? 'nothing' : status}`,
  header: 'Header',
  value: 'Value',
  body: (bytes: number) => `Body, ${bytes.toLocaleString('en')} bytes`,
  cut: 'Only its beginning was kept.',
  leftOut: (whyNot: string) => `Not kept: ${whyNot}.`,
  notText: 'It is no text: what cannot be read is shown as \\xNN.',
  /* Not found */
  lost: 'No record of this request',
  lostId: (id: string) => `Nothing that you may see is recorded under ${id}.`,
  lostBegan: 'By its id it began',
  lostOldest: 'The oldest record there is began',
  lostKept: (days: number) => `Records are kept for ${days} days.`,
  lostEnded: (tenant: string, days: number) => `Tenant ${tenant} keeps them for ${days} days only.`,
  lostLooked: (days: [string, string] | null) =>
    days
      ? `Looked in requests under way, in what was written last, and in the days ${days[0]} to ${days[1]}.`
      : 'Looked in requests under way and in what was written last; there is no older day.',
  lostUnreadable: (day: string, because: string) => `The day ${day} cannot be read: ${because}`,
  lostShape:
    'A request id has 26 letters and digits, without I, L, O and U, such as 01JDB7Z3K8Q4M2T9V6X1C5N0RW. Its beginning will do. Every response has it in the header X-Request-Id.',
  lostLink: 'Look among the refusals',
  ambiguous: 'Several requests begin like this',
  ambiguousMore: 'There are more: give more of the id.',
};
