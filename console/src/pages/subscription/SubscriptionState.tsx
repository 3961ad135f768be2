import type { Subscription } from '../../api/apps';
import { Standing } from '../../parts/Standing';
import { texts } from '../../texts';
import { TONES } from './standing';

/** Where a subscription is in its life. */
export function SubscriptionState(props: { of: Pick<Subscription, 'state'> }) {
  const { state } = props.of;
  return <Standing tone={TONES[state]}>{texts.approvals.states[state]}</Standing>;
}
