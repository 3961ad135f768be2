import { Button, Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Issuer, issuerUsesQuery } from '../../api/issuers';
import { useMay } from '../../api/me';
import { DataTable } from '../../parts/DataTable';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { ThingLink } from '../../parts/ThingLink';
import { texts } from '../../texts';
import { AddCredential } from '../credential/AddCredential';
import { Accept } from './Accept';

const words = texts.issuers.uses;

/** What relies on an issuer: services that accept its tokens, and clients that are apps. */
export function Uses(props: { of: Issuer; writes: boolean }) {
  const { id, tenant, built_in } = props.of;
  const query = useQuery(issuerUsesQuery(id));
  const [open, setOpen] = useState<'accept' | 'client'>();
  const close = () => setOpen(undefined);
  const may = useMay();
  // Which of its clients are apps is for the issuer's own people to say.
  const adds = props.writes || (tenant !== undefined && may('credentials.write', tenant));
  return (
    <Section
      title={words.title}
      actions={
        <>
          {may('services.write') && (
            <Button size="xs" variant="default" onClick={() => setOpen('accept')}>
              {words.accept}
            </Button>
          )}
          {adds && !built_in && may('credentials.write') && (
            <Button size="xs" variant="default" onClick={() => setOpen('client')}>
              {words.addClient}
            </Button>
          )}
        </>
      }
    >
      <Loaded query={query}>
        {({ services, clients, more }) => (
          <>
            <Title order={3}>{words.services}</Title>
            {services.length === 0 && <Text size="sm">{words.noServices}</Text>}
            <Group gap="sm">
              {services.map((service) => (
                <ThingLink key={service} kind="service" id={service} />
              ))}
            </Group>
            {/* Keys of apps are the clients of one that is built in. */}
            {!built_in && <Title order={3}>{words.clients}</Title>}
            {built_in ? null : clients.length === 0 ? (
              <Text size="sm">{words.noClients}</Text>
            ) : (
              <DataTable
                caption={words.clients}
                rows={clients}
                id={(one) => one.credential}
                columns={[
                  {
                    head: words.client,
                    cell: ({ client }) =>
                      client === '*' ? words.everyClient : <Shown text={client} mono first={80} />,
                  },
                  { head: words.app, cell: ({ app }) => <ThingLink kind="app" id={app} /> },
                  {
                    head: words.credential,
                    cell: ({ credential }) => <ThingLink kind="credential" id={credential} />,
                  },
                ]}
              />
            )}
            {more && <Text size="sm">{words.more}</Text>}
          </>
        )}
      </Loaded>
      {open === 'accept' && <Accept issuer={id} onClose={close} />}
      {open === 'client' && <AddCredential kind="jwt" issuer={id} onClose={close} />}
    </Section>
  );
}
