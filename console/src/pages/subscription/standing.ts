import { useQuery } from '@tanstack/react-query';
import { ownerQuery, publisherQuery, type Subscription } from '../../api/apps';
import { useMayIn } from '../../api/rights';
import type { Tone } from '../../parts/Standing';

/** Where a subscription is in its life. */
export type SubscriptionState = Subscription['state'];

/** Every state, in the order of a life. */
export const STATES: SubscriptionState[] = [
  'pending',
  'approved',
  'suspended',
  'rejected',
  'expired',
  'cancelled',
];

/** What each state means for whoever looks. */
export const TONES: Record<SubscriptionState, Tone> = {
  pending: 'warn',
  approved: 'good',
  suspended: 'bad',
  rejected: 'bad',
  expired: 'over',
  cancelled: 'over',
};

/** Since when it is as it is; what was declared in a file may not say. */
export function sinceWhen(of: Subscription): string | undefined {
  return of.decided_at ?? of.requested_at;
}

/** A step that the publisher, or the consumer, takes with a subscription. */
export type Step = 'approve' | 'reject' | 'suspend' | 'resume' | 'change' | 'remind' | 'cancel' | 'again';

/** The states in which each step makes sense, and whose it is. */
const STEPS: Record<Step, { from: SubscriptionState[]; of: 'publisher' | 'consumer' }> = {
  approve: { from: ['pending', 'rejected', 'expired', 'cancelled'], of: 'publisher' },
  resume: { from: ['suspended'], of: 'publisher' },
  change: { from: ['approved', 'suspended'], of: 'publisher' },
  suspend: { from: ['approved'], of: 'publisher' },
  reject: { from: ['pending', 'approved', 'suspended'], of: 'publisher' },
  remind: { from: ['pending'], of: 'consumer' },
  again: { from: ['rejected', 'expired', 'cancelled'], of: 'consumer' },
  cancel: { from: ['pending', 'approved', 'suspended'], of: 'consumer' },
};

/** Which sides of a subscription whoever is signed in may act for: unknown until both were asked for. */
export function useSides(of: Subscription): { publisher: boolean; consumer: boolean } {
  // What is unseen counts as the platform's.
  const mayIn = useMayIn();
  const app = useQuery(ownerQuery(of.app)).data;
  const service = useQuery(publisherQuery(of.service)).data;
  return {
    publisher: mayIn('subscriptions.decide', service?.tenant),
    consumer: mayIn('subscriptions.request', app?.tenant),
  };
}

/** The steps that somebody may take with a subscription where it stands, the likeliest first. */
export function stepsOf(of: Subscription, sides: { publisher: boolean; consumer: boolean }): Step[] {
  const all = Object.entries(STEPS) as Array<[Step, (typeof STEPS)[Step]]>;
  return all.filter(([, step]) => sides[step.of] && step.from.includes(of.state)).map(([name]) => name);
}
