import { useQuery } from '@tanstack/react-query';
import { catalogue, type Subscription } from '../../api/apps';
import { Names } from '../../parts/Names';
import { texts } from '../../texts';
import { scopesOf } from '../credential/grants';

/** The scopes of a subscription, and whether it is its plan that grants them. */
export function Granted(props: { of: Subscription }) {
  const offers = useQuery(catalogue).data;
  if (!offers) return null;
  return (
    <>
      <Names names={scopesOf(props.of, offers)} /> {props.of.scopes ? '' : texts.approvals.ofPlan}
    </>
  );
}
