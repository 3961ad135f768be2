import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { useMay } from '../../api/me';
import { Failure } from '../../parts/Failure';
import { type Choice, Searched } from '../../parts/Searched';
import { texts } from '../../texts';

/** Where an operation is. */
export interface Place {
  method: string;
  path: string;
  host: string | undefined;
}

/** How many operations are offered at a time. */
const FEW = 20;

/** A method of an operation that was found. */
interface Found extends Choice {
  method: string;
  operation: Schemas['FoundOperation'];
}

/**
 * Finds an operation by its name, title or path, which fills in where it is. `at`: what is filled in; when that
 * is changed by hand, the operation is not the chosen one any more.
 */
export function OperationField(props: {
  at: { method: string; path: string };
  onPick: (place: Place) => void;
}) {
  const [picked, setPicked] = useState<Choice & { at: Place }>();
  const pick = useMutation({
    mutationFn: async (found: Found) => {
      const place = await placeOf(found);
      setPicked({ value: found.value, label: found.label, at: place });
      props.onPick(place);
    },
  });
  const there = picked?.at.method === props.at.method && picked.at.path === props.at.path;
  if (!useMay()('services.read')) return null;
  return (
    <div>
      <Searched<Found>
        kind="operations"
        inPlace
        label={texts.can.operation}
        description={texts.can.operationHelp}
        placeholder={texts.can.operationPlaceholder}
        chosen={there ? picked : undefined}
        onChange={(found) => (found ? pick.mutate(found) : setPicked(undefined))}
        find={async (q, signal) => {
          // Every path has a slash: before anything is typed, some are offered.
          const query = { q: q.trim() || '/', limit: FEW };
          const { items } = await answer(api.GET('/api/v1/operations', { params: { query }, signal }));
          return items.flatMap(choices);
        }}
      />
      <Failure error={pick.error} />
    </div>
  );
}

/** An operation to choose, once for each of its methods. */
function choices(operation: Schemas['FoundOperation']): Found[] {
  const { service, version, operation: name, path } = operation;
  const methods = operation.methods.length > 0 ? operation.methods : ['GET'];
  return methods.map((method) => ({
    value: `${service}/${version}/${name} ${method}`,
    label: `${method} ${path} · ${service}/${version}/${name}`,
    method,
    operation,
  }));
}

/** Where it is as a whole: an operation's path begins where those of its service and version end. */
async function placeOf({ method, operation }: Found): Promise<Place> {
  const service = await answer(
    api.GET('/api/v1/services/{id}', { params: { path: { id: operation.service } } }),
  );
  const before = `${service.base_path ?? ''}${service.versions?.[operation.version]?.base_path ?? ''}`;
  const host = service.hosts?.find((name) => !name.includes('*'));
  return { method, path: `${before}${operation.path}`, host };
}
