import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMayIn } from '../../api/rights';
import { Failure } from '../../parts/Failure';
import type { Operation } from './documents';
import { OperationForm } from './OperationForm';
import { mediaTypesOf, policiesQuery } from './policies';
import type { OfVersion } from './types';

/** Adds an operation, or changes one. The form opens once it is known which media types it takes. */
export function OperationDialog(props: {
  of: OfVersion;
  name?: string;
  operation?: Operation;
  onClose: () => void;
}) {
  // As it was when the dialog opened: a newer version is asked for under another key, and must not take the
  // form away with what was typed.
  const [{ of, name = '', operation }] = useState(props);
  const may = useMayIn();
  const mayPolicies = may('policies.write', of.service.tenant);
  const query = useQuery({
    ...policiesQuery(of, name),
    enabled: mayPolicies && operation !== undefined,
  });
  if (query.error && !query.data) return <Failure error={query.error} />;
  if (query.isLoading) return null;
  const media = query.data ? mediaTypesOf(query.data, of, name) : { id: undefined, types: [] };
  return <OperationForm {...props} of={of} media={mayPolicies ? media : undefined} />;
}
