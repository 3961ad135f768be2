import type { Schemas } from '../../api/client';

/** The stages of a request, in their order. */
export const STAGES = [
  'connection',
  'client',
  'edge',
  'route',
  'network',
  'cors',
  'headers',
  'authenticate',
  'csrf',
  'account',
  'subscription',
  'authorize',
  'limits',
  'body',
  'content',
  'upstream',
  'response',
] as const;

/**
 * How a request fared at a stage: it passed, there was nothing to ask, it was refused, it would have been
 * refused next, nobody knows, or it never came there.
 */
export type Fared = 'passed' | 'idle' | 'refused' | 'next' | 'unknown' | 'ahead';

/** A stage on the way of a request. */
export interface Stop {
  stage: string;
  number: number;
  fared: Fared;
  /** What the stage saw. */
  saw?: string | undefined;
  /** What refuses here. */
  refusals: Schemas['ExplainedRefusal'][];
  /** What is not known, and whether nobody has looked for it. */
  missing: Array<{ what: string; unread: boolean }>;
  limits: Schemas['LimitState'][];
}

/**
 * The way of a request through the stages. A stage that this console does not know, of a newer Postern,
 * stands at its number's place or at the end; so nothing that was told is left out. `ownAnswer`: the gateway
 * answered by itself, so that nothing went to an upstream.
 */
export function way(explanation: Schemas['Explanation'], ownAnswer = false): Stop[] {
  const { refusal, next = [], passed = [], not_known = [], limits = [] } = explanation;
  const stops = new Map<string, Stop>(STAGES.map((stage, at) => [stage, stop(stage, at + 1)]));
  const of = (stage: string, number = 0) => {
    const known = stops.get(stage);
    if (known) return known;
    const made = stop(stage, number || stops.size + 1);
    stops.set(stage, made);
    return made;
  };
  for (const one of refusal ? [refusal, ...next] : next) {
    const at = of(one.stage, one.stage_number);
    at.refusals.push(one);
    at.fared = one === refusal ? 'refused' : at.fared === 'refused' ? 'refused' : 'next';
  }
  for (const one of passed) {
    const at = of(one.stage);
    at.saw = one.saw ?? undefined;
    if (at.fared === 'ahead') at.fared = one.asked ? 'passed' : 'idle';
  }
  const stopped = refusal ? of(refusal.stage, refusal.stage_number).number : Number.POSITIVE_INFINITY;
  const untold = new Set<string>();
  for (const { stage, what, not_looked_at } of not_known) {
    const after = /^everything after (\w+)$/.exec(stage)?.[1];
    const from = after ? of(after).number : undefined;
    const meant = from === undefined ? [of(stage)] : [...stops.values()].filter((s) => s.number > from);
    for (const at of meant) {
      untold.add(at.stage);
      at.missing.push({ what, unread: not_looked_at });
      if (at.fared === 'ahead') at.fared = 'unknown';
    }
  }
  // What lies before the refusal was passed, whether or not it is told how; and all of it, if nothing refused.
  const everything = explanation.verdict === 'allowed' && typeof explanation.id === 'string';
  const upstream = of('upstream').number;
  for (const at of stops.values()) {
    if (at.fared !== 'ahead' || untold.has(at.stage)) continue;
    const reached = refusal ? at.number < stopped : everything && !(ownAnswer && at.number >= upstream);
    const told = explanation.verdict === 'allowed' && at.number < upstream;
    if (reached || told) at.fared = 'passed';
  }
  of('limits').limits = limits;
  return [...stops.values()].sort((a, b) => a.number - b.number);
}

function stop(stage: string, number: number): Stop {
  return { stage, number, fared: 'ahead', refusals: [], missing: [], limits: [] };
}
