import { answer, api } from '../../../api/client';
import { useMay } from '../../../api/me';
import { useMayIn } from '../../../api/rights';
import type { Change } from '../data';
import type { Draft, Policy } from './document';

/** Whether somebody may take rules out of force, may only propose it, or neither. */
export type Relaxing = 'may' | 'propose' | 'not';

/** What whoever is signed in may do about rules of a tenant that are in force. */
export function useRelaxing(tenant: string | null | undefined): Relaxing {
  const mayIn = useMayIn();
  const may = useMay();
  if (mayIn('policies.relax', tenant)) return 'may';
  return may('changes.propose', tenant) ? 'propose' : 'not';
}

const inForce = ({ mode }: Draft) => mode === undefined || mode === 'enforce';

/** Whether a change takes a rule out of force: to remove it, or to put it into another mode. */
export function relaxes(before: Draft, after: Draft | undefined): boolean {
  return inForce(before) && !(after && inForce(after));
}

/** Proposes to change a rule, or without a patch to remove it; the id of the change request. */
export async function proposeRule(
  rule: Policy,
  tenant: string | null | undefined,
  comment: string,
  patch?: object,
): Promise<string> {
  const change: Change = { kind: 'policy', id: rule.id, ...(patch ? { patch } : { delete: true }) };
  const body = { comment, tenant: tenant ?? undefined, changes: [change] };
  return ((await answer(api.POST('/api/v1/change-requests', { body }))) as { id: string }).id;
}
