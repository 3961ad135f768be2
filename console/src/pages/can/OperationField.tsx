import { Select, SimpleGrid } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { texts } from '../../texts';
import { ServiceField } from './AppField';

/** Where an operation is. */
export interface Place {
  method: string;
  path: string;
  host: string | undefined;
}

/** Picks an operation of a service, which fills in where it is. */
export function OperationField(props: { onPick: (place: Place) => void }) {
  const [service, setService] = useState('');
  const found = useQuery({
    queryKey: ['service', service],
    queryFn: () => answer(api.GET('/api/v1/services/{id}', { params: { path: { id: service } } })),
    enabled: service !== '',
  });
  const places = service && found.data ? placesOf(found.data) : [];
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <ServiceField value={service} onChange={setService} />
      <Select
        label={texts.can.operation}
        description={undefined}
        placeholder={service ? texts.can.operationPlaceholder : texts.can.firstService}
        disabled={places.length === 0}
        searchable
        data={places.map((place, at) => ({ value: String(at), label: place.label }))}
        value={null}
        onChange={(at) => {
          const place = places[Number(at)];
          if (place) props.onPick(place);
        }}
        nothingFoundMessage={texts.can.nothingFound}
        autoComplete="off"
      />
    </SimpleGrid>
  );
}

/** Every operation of a service, by method. */
export function placesOf(service: Schemas['ServiceDocument']): Array<Place & { label: string }> {
  const host = service.hosts?.find((name) => !name.includes('*'));
  return Object.entries(service.versions ?? {}).flatMap(([name, version]) =>
    Object.entries(version.operations ?? {}).flatMap(([id, operation]) => {
      const path = `${service.base_path ?? ''}${version.base_path ?? ''}${operation.path}`;
      const methods = operation.methods?.length ? operation.methods : ['GET'];
      return methods.map((method) => ({
        method,
        path,
        host,
        label: `${method} ${path} · ${name} ${id}`,
      }));
    }),
  );
}
