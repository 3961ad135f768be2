import { Button, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMay } from '../../../api/me';
import { useMayIn } from '../../../api/rights';
import { DataTable } from '../../../parts/DataTable';
import { Facts } from '../../../parts/Facts';
import { PageLink } from '../../../parts/links';
import { Names } from '../../../parts/Names';
import { Section } from '../../../parts/Page';
import { Shown } from '../../../parts/Shown';
import { ThingLink } from '../../../parts/ThingLink';
import { kindName } from '../../../parts/ways';
import { texts } from '../../../texts';
import type { Service } from '../documents';
import type { OfVersion } from '../types';
import { operationsOf } from '../versions';
import { calledOf } from './called';
import { acceptedBy, draftOf, USUAL_HEADERS, waysOfOperation } from './draft';
import { EditWays } from './EditWays';
import { Sends } from './Sends';

/** What callers of a service bring, and which operations make a choice of their own. */
export function Ways(props: { of: OfVersion }) {
  const { read, service } = props.of;
  const words = texts.ways;
  const [editing, edit] = useDisclosure(false);
  const writes = useMayIn()('services.write', service.tenant);
  const called = calledOf(props.of);
  return (
    <Stack gap="lg">
      <Section
        title={words.title}
        actions={
          writes && (
            <Button size="xs" variant="default" onClick={edit.open}>
              {words.edit}
            </Button>
          )
        }
      >
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <About service={service} />
          <Sends accepted={acceptedBy(draftOf(service))} optional={false} called={called} />
        </SimpleGrid>
      </Section>
      <Section title={words.operations}>
        <Own of={props.of} />
      </Section>
      {editing && <EditWays read={read} called={called} onClose={edit.close} />}
    </Stack>
  );
}

function About({ service }: { service: Service }) {
  const words = texts.ways;
  const draft = draftOf(service);
  const seesSessions = useMay()('sessions.read', service.tenant);
  if (draft.open) return <Text size="sm">{words.everybody}</Text>;
  const { kinds, headers, query, signature, hmac } = acceptedBy(draft);
  const { said, trusted } = draft;
  return (
    <Stack gap="xs">
      <Facts
        facts={{
          [words.accepted]: kinds.map(kindName).join(', '),
          [words.headers]: headers.length > 0 && <Names names={headers} />,
          [words.query]: query.length > 0 && <Names names={query} />,
          [words.issuers]: said.jwt?.issuers.map((issuer) => (
            <div key={issuer}>
              <ThingLink kind="issuer" id={issuer} />
            </div>
          )),
          [words.signed.components]: signature && <Names names={[...signature.components]} />,
          [words.signed.headers]: hmac && <Names names={said.hmac?.headers ?? USUAL_HEADERS} />,
          [words.certificates.title]: trusted && (
            <>
              <Shown text={trusted.authorities ?? ''} mono /> (
              {trusted.required === false ? words.certificates.notAsked : words.certificates.asked})
            </>
          ),
          [words.tokens.proofs]:
            said.jwt?.dpop && words.tokens.proofsAre[said.jwt.dpop.required ? 'required' : 'optional'],
          [words.signsIn]: said.session && (
            <>
              <ThingLink kind="issuer" id={said.session.issuer ?? ''} />
              {seesSessions && (
                <div>
                  <PageLink to="/sessions" search={{ service: service.id }}>
                    {words.signedIn}
                  </PageLink>
                </div>
              )}
            </>
          ),
          [words.subscription]: said.subscription !== false ? words.needed : words.notNeeded,
          [words.forwarded]: said.forward_credential ? words.yes : words.no,
        }}
      />
      {kinds.length > 1 && (
        <Text size="sm" c="dimmed">
          {words.order}
        </Text>
      )}
    </Stack>
  );
}

/** Operations that accept something else than their service. */
function Own({ of }: { of: OfVersion }) {
  const words = texts.ways;
  const own = operationsOf(of.version).filter(([, one]) => waysOfOperation(one).as !== 'service');
  if (own.length === 0 || !of.service.authentication) return <Text size="sm">{words.noOperations}</Text>;
  return (
    <>
      <Text size="sm">{words.operationsOf(of.name)}</Text>
      <DataTable
        caption={words.operations}
        rows={own}
        id={([name]) => name}
        columns={[
          {
            head: words.columns.operation,
            cell: ([name]) => (
              <PageLink
                to="/services/$id"
                params={{ id: of.service.id }}
                search={{ version: of.name, tab: 'operations', operation: name }}
              >
                <Shown text={name} />
              </PageLink>
            ),
          },
          {
            head: words.columns.accepts,
            cell: ([, one]) => {
              const ways = waysOfOperation(one);
              return ways.as === 'own' ? ways.accepts.map(kindName).join(', ') : words.optional;
            },
          },
        ]}
      />
    </>
  );
}
