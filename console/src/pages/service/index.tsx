import { Group, Select, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMay } from '../../api/me';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { ButtonLink } from '../../parts/links';
import { Page } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { useAddress } from '../../parts/search';
import { texts } from '../../texts';
import { serviceQuery } from './data';
import { Lifecycle } from './Lifecycle';
import { Operations } from './Operations';
import { Overview } from './Overview';
import { Rules } from './rules';
import { ServiceActions, VersionActions } from './ServiceActions';
import { VersionState } from './State';
import { Subscriptions } from './Subscriptions';
import type { OfVersion } from './types';
import { UpstreamTab } from './UpstreamTab';
import { shownVersion, stateOf, versionsOf } from './versions';
import { Ways } from './ways';

const TABS = ['overview', 'operations', 'ways', 'rules', 'upstream', 'subscriptions'] as const;

/** One service: what it is, its versions, and of one of them the operations, rules, upstream and subscriptions. */
export default function ServicePage() {
  const { id = '' } = useParams({ strict: false });
  const query = useQuery(serviceQuery(id));
  const [look] = useAddress();
  const may = useMay();
  const words = texts.services.page;
  const service = query.data?.value;
  const name = service && shownVersion(service, look.version);
  const version = name === undefined ? undefined : service?.versions[name];
  return (
    <Page
      title={id}
      about={
        service && (
          <>
            {service.title && (
              <>
                <Shown text={service.title} first={120} /> ·{' '}
              </>
            )}
            {service.tenant ? <Shown text={service.tenant} /> : texts.services.platform}
          </>
        )
      }
      actions={
        <>
          {may('calls.read') && (
            <ButtonLink to="/refusals" search={{ service: id, since: '24h' }} variant="default">
              {words.refused}
            </ButtonLink>
          )}
          {query.data && <ServiceActions read={query.data} />}
        </>
      }
    >
      <Loaded query={query}>
        {(read) =>
          name === undefined || version === undefined ? (
            <Overview read={read}>
              <Empty title={words.noVersion}>{words.noVersionDetail}</Empty>
            </Overview>
          ) : (
            <OneVersion of={{ read, service: read.value, name, version }} />
          )
        }
      </Loaded>
    </Page>
  );
}

/** The version that is looked at: which one, how far it is, and what there is to see of it. */
function OneVersion(props: { of: OfVersion }) {
  const { of } = props;
  const [look, go] = useAddress();
  const words = texts.services.page;
  const tab = TABS.find((one) => one === look.tab) ?? 'overview';
  const panels: Record<(typeof TABS)[number], () => ReactNode> = {
    overview: () => <Overview read={of.read} of={of} />,
    operations: () => <Operations key={of.name} of={of} />,
    ways: () => <Ways key={of.name} of={of} />,
    rules: () => <Rules service={of.service} />,
    upstream: () => <UpstreamTab of={of} />,
    subscriptions: () => <Subscriptions service={of.service} />,
  };
  return (
    <>
      <Group align="flex-end" gap="sm">
        <Select
          label={words.version}
          w={150}
          allowDeselect={false}
          data={versionsOf(of.service).map(([name]) => name)}
          value={of.name}
          onChange={(name) => go({ version: name ?? undefined, operation: undefined }, true)}
        />
        <Group h={36} align="center">
          <VersionState state={stateOf(of.version)} />
        </Group>
        <Lifecycle of={of} />
        <VersionActions of={of} />
      </Group>
      {look.version !== undefined && look.version !== of.name && (
        <Text size="sm" role="status">
          <Shown text={words.unknownVersion(look.version, of.name)} />
        </Text>
      )}
      <Tabs value={tab} onChange={(value) => go({ tab: value ?? undefined }, true)} keepMounted={false}>
        <Tabs.List mb="md">
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {words.tabs[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map((one) => (
          <Tabs.Panel key={one} value={one}>
            {one === tab && panels[one]()}
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
