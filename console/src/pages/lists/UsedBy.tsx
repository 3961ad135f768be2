import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import type { Use } from './usage';

const words = texts.lists.usedBy;

/** The policies that use a list; none are known to whoever may not see policies. */
export function UsedBy(props: { uses: Use[] | undefined }) {
  if (!props.uses) return <>{words.unknown}</>;
  if (props.uses.length === 0) return <>{words.none}</>;
  return <Shown text={policies(props.uses)} first={120} />;
}

/** The names of policies, and what each does to those on the list. */
export function policies(uses: Use[]): string {
  return uses.map(({ policy, does }) => words.policy(policy, does)).join(', ');
}
