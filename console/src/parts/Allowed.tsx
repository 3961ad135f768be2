import type { ReactNode } from 'react';
import { useMay } from '../api/me';

/** Shows its children to whoever may do something: in a tenant or, without one, anywhere. */
export function Allowed(props: { to: string; tenant?: string | null; children: ReactNode }) {
  return useMay()(props.to, props.tenant) ? props.children : null;
}
