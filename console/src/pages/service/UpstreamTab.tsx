import { Stack, Text } from '@mantine/core';
import { useMayIn } from '../../api/rights';
import { texts } from '../../texts';
import type { OfVersion } from './types';
import { UpstreamSection } from './UpstreamSection';

/** Where requests of a version go: its upstream, and those of environments that have another. */
export function UpstreamTab(props: { of: OfVersion }) {
  const { service, version } = props.of;
  const words = texts.services.upstream;
  // An upstream of the platform is shown to those who see the platform's; the API says no to others.
  if (!useMayIn()('upstreams.read', service.tenant)) return <Text size="sm">{words.mayNot}</Text>;
  const others = Object.entries(version.upstreams ?? {});
  return (
    <Stack gap="lg">
      <Text size="sm" c="dimmed">
        {words.help}
      </Text>
      <UpstreamSection id={version.upstream} title={words.of(version.upstream)} />
      {others.map(([environment, id]) => (
        <UpstreamSection key={environment} id={id} title={words.inEnvironment(environment, id)} />
      ))}
    </Stack>
  );
}
