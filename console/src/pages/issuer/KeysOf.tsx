import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../api/client';
import { type Issuer, type IssuerKeys, issuerKeysQuery, refreshIssuers } from '../../api/issuers';
import { useDoing } from '../../parts/doing';
import { Facts } from '../../parts/Facts';
import { Failure } from '../../parts/Failure';
import { Loaded } from '../../parts/Loaded';
import { Names } from '../../parts/Names';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { KeysStanding } from '../issuers/KeysStanding';
import { RotateKeys } from './BuiltIn';

const words = texts.issuers.keys;

/** How the keys of an issuer stand, and the way to have them fetched. */
export function KeysOf(props: { of: Issuer; writes: boolean }) {
  const { id } = props.of;
  const query = useQuery(issuerKeysQuery);
  const keys = query.data?.find((one) => one.issuer === id);
  const { running, error, submit } = useDoing(async () => {
    const now = await answer(api.POST('/api/v1/issuers/{id}/refresh', { params: { path: { id } } }));
    await refreshIssuers();
    told(now.error ? `${words.refreshFailed}: ${now.error}` : words.refreshed(now.keys ?? 0));
  });
  const isFile = keys?.kind === 'file';
  const refresh = props.writes && keys && !['secret', 'introspection', 'built_in'].includes(keys.kind) && (
    <form onSubmit={submit}>
      <Button type="submit" variant="default" size="xs" loading={running}>
        {isFile ? words.read : words.refresh}
      </Button>
    </form>
  );
  const rotate = props.writes && props.of.built_in && <RotateKeys of={props.of} />;
  return (
    <Section title={words.title} actions={refresh || rotate}>
      <Failure error={error} />
      <Loaded query={query}>{() => keys && <Standing of={keys} />}</Loaded>
    </Section>
  );
}

function Standing({ of }: { of: IssuerKeys }) {
  const { fetched_ms, next_ms, failing_since_ms, kept_until_ms } = of;
  return (
    <>
      <Facts
        facts={{
          [words.state]: <KeysStanding of={of} />,
          [words.from]: (
            <>
              {words.kinds[of.kind] ?? of.kind}
              {of.source && (
                <>
                  : <Shown text={of.source} mono first={200} />
                </>
              )}
            </>
          ),
          [words.names]: of.names.length > 0 && <Names names={of.names} />,
          [words.leftOut]: of.left_out > 0 && String(of.left_out),
          [words.fetched]: fetched_ms != null && <Time at={fetched_ms} />,
          [words.next]: next_ms != null && <Time at={next_ms} />,
          [words.failingSince]: failing_since_ms != null && <Time at={failing_since_ms} />,
          [words.why]: of.error && <Shown text={of.error} first={300} />,
          [words.keptUntil]: kept_until_ms != null && of.keys != null && <Time at={kept_until_ms} />,
        }}
      />
      <Text size="sm" c="dimmed">
        {words.node}
      </Text>
    </>
  );
}
