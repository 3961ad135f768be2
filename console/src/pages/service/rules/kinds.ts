/** The kinds of rules, by what people want of them. */
export const GROUPS = {
  callers: ['conditions', 'ownership', 'step_up', 'cedar', 'external'],
  limits: ['quota', 'rate', 'spacing', 'concurrency', 'abuse'],
  content: ['contract', 'headers', 'body'],
  changes: ['mask', 'transform'],
  browsers: ['cors', 'csrf', 'network'],
} as const;

/** A group of kinds. */
export type RuleGroup = keyof typeof GROUPS;

/** A kind of rule. */
export type Kind = (typeof GROUPS)[RuleGroup][number];

/** Every kind, those of a group beside each other. */
export const KINDS: readonly Kind[] = Object.values(GROUPS).flat();

/** Whether a rule of a kind can be tried without refusing anybody: what is not changed cannot be seen. */
export function canShadow(kind: Kind): boolean {
  return kind !== 'mask' && kind !== 'transform';
}
