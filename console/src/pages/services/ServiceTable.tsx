import { Group, Text } from '@mantine/core';
import { DataTable } from '../../parts/DataTable';
import { PageLink } from '../../parts/links';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import type { Service } from '../service/documents';
import { VersionState } from '../service/State';
import { stateOf, versionsOf } from '../service/versions';

/** Versions of one service that are shown in its row. */
const SHOWN = 4;

/** A page of services, each with its versions and their states. */
export function ServiceTable(props: {
  services: Service[];
  buttons: { next?: (() => void) | undefined; first?: (() => void) | undefined };
}) {
  const words = texts.services;
  return (
    <DataTable
      caption={words.caption}
      rows={props.services}
      id={(service) => service.id}
      {...props.buttons}
      columns={[
        {
          head: words.columns.id,
          cell: ({ id }) => (
            <PageLink to="/services/$id" params={{ id }}>
              {id}
            </PageLink>
          ),
        },
        {
          head: words.columns.title,
          cell: ({ title }) => (title ? <Shown text={title} first={60} /> : texts.common.none),
        },
        {
          head: words.columns.tenant,
          cell: ({ tenant }) => (tenant ? <Shown text={tenant} /> : words.platform),
        },
        {
          head: words.columns.path,
          cell: ({ base_path }) => <Shown text={base_path || '/'} mono />,
        },
        { head: words.columns.versions, cell: (service) => <Versions service={service} /> },
        {
          head: words.columns.operations,
          number: true,
          wide: true,
          cell: ({ versions }) =>
            Object.values(versions)
              .reduce((sum, version) => sum + Object.keys(version.operations).length, 0)
              .toLocaleString(),
        },
      ]}
    />
  );
}

function Versions(props: { service: Service }) {
  const all = versionsOf(props.service);
  if (all.length === 0) return <>{texts.common.none}</>;
  return (
    <Group gap={4} component="span" style={{ display: 'inline-flex' }}>
      {all.slice(0, SHOWN).map(([name, version]) => (
        <VersionState key={name} name={name} state={stateOf(version)} />
      ))}
      {all.length > SHOWN && (
        <Text span size="sm">
          +{all.length - SHOWN}
        </Text>
      )}
    </Group>
  );
}
