import { Alert, List, SimpleGrid, Stack } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { Section } from '../../parts/Page';
import { Picture } from '../../parts/picture/Picture';
import { Said } from '../../parts/Said';
import { texts } from '../../texts';
import { Compared } from './Compared';
import { Since } from './Since';
import { Told } from './Told';
import { What } from './What';
import { WireTold } from './Wire';

const words = texts.why;

/** Everything below the head, as it is told to one audience. `own`: the widest that may be looked at. */
export function Answer(props: { explained: Schemas['ExplainedCall']; own: Schemas['Audience'] }) {
  const { found, record, folded } = props.explained;
  return (
    <Stack gap="lg">
      {folded && (
        <Alert color="gray" variant="outline">
          {words.folded(record?.represents ?? 1)}
        </Alert>
      )}
      <Section title={found.refusal ? words.where : words.whereAllowed}>
        <Picture explanation={found} ownAnswer={record?.outcome === 'own'} />
      </Section>
      <What explained={props.explained} own={props.own} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        {found.told && <Told told={found.told} />}
        {found.since && <Since since={found.since} />}
        {found.compared && <Compared compared={found.compared} />}
        {(found.notes ?? []).length > 0 && (
          <Section title={words.notes}>
            <List size="sm">
              {(found.notes ?? []).map((note) => (
                <List.Item key={note}>
                  <Said text={note} />
                </List.Item>
              ))}
            </List>
          </Section>
        )}
      </SimpleGrid>
      <WireTold explained={props.explained} />
    </Stack>
  );
}
