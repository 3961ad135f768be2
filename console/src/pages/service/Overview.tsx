import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Facts } from '../../parts/Facts';
import { PageLink } from '../../parts/links';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { kindName } from '../../parts/ways';
import { texts } from '../../texts';
import type { Read } from './data';
import type { Service } from './documents';
import { VersionState } from './State';
import type { OfVersion } from './types';
import { prefixOf, stateOf } from './versions';
import { acceptedBy, draftOf } from './ways/draft';

/** What a service and one of its versions are. */
export function Overview(props: { read: Read<Service>; of?: OfVersion; children?: ReactNode }) {
  const words = texts.services.summary;
  return (
    <Stack gap="lg">
      {props.children}
      {props.of && (
        <Section title={words.versionTitle(props.of.name)}>
          <VersionFacts of={props.of} />
        </Section>
      )}
      <Section title={words.title}>
        {props.read.value.description && (
          <Text size="sm">
            <Shown text={props.read.value.description} first={600} />
          </Text>
        )}
        <ServiceFacts service={props.read.value} />
      </Section>
    </Stack>
  );
}

function VersionFacts(props: { of: OfVersion }) {
  const { service, version } = props.of;
  const words = texts.services.summary;
  const state = stateOf(version);
  return (
    <Facts
      facts={{
        [words.state]: (
          <>
            <VersionState state={state} /> {texts.services.stateHelp[state]}
          </>
        ),
        [words.deprecatedAt]: version.deprecated_at && <Time at={version.deprecated_at} />,
        [words.sunsetAt]: version.sunset_at && <Time at={version.sunset_at} />,
        [words.retiredAt]: version.retired_at && <Time at={version.retired_at} />,
        [words.successor]: version.successor && (
          <PageLink
            to="/services/$id"
            params={{ id: service.id }}
            search={{ version: version.successor, tab: 'overview' }}
          >
            <Shown text={version.successor} />
          </PageLink>
        ),
        [words.basePath]: <Shown text={prefixOf(service, version) || '/'} mono />,
        [words.environments]: version.environments?.join(', ') || words.everyEnvironment,
        [words.upstream]: <Shown text={version.upstream} />,
        [texts.services.form.description]: version.description && (
          <Shown text={version.description} first={300} />
        ),
      }}
    />
  );
}

function ServiceFacts(props: { service: Service }) {
  const { service } = props;
  const { summary: words, form } = texts.services;
  const scopes = Object.entries(service.scopes ?? {});
  return (
    <Facts
      facts={{
        [words.tenant]: service.tenant ? <Shown text={service.tenant} /> : texts.services.platform,
        [words.basePath]: <Shown text={service.base_path || '/'} mono />,
        [words.hosts]: <Shown text={service.hosts?.join(', ') || words.anyHost} />,
        [words.credentials]: <Shown text={credentialsOf(service)} />,
        [words.scopes]:
          scopes.length > 0
            ? scopes.map(([name, means]) => (
                <div key={name}>
                  <Shown text={name} mono /> <Shown text={means} first={80} />
                </div>
              ))
            : texts.common.none,
        [words.visibility]: form.visibilities[service.visibility ?? 'public'],
        [words.sharedWith]: service.shared_with?.length ? (
          <Shown text={service.shared_with.join(', ')} />
        ) : undefined,
        [words.approval]: form.approvals[service.approval ?? 'usual'],
        [words.publishApproval]: service.publish_approval ? words.twoPeople : words.onePerson,
        [words.disclosure]: (
          <>
            {form.disclosures[service.disclosure ?? 'usual']}
            {service.disclosure_until && (
              <>
                {' '}
                ({form.disclosureUntil} <Time at={service.disclosure_until} />)
              </>
            )}
          </>
        ),
        [words.statusProfile]: form.statusProfiles[service.status_profile ?? 'usual'],
        [words.contact]: service.contact && <Shown text={service.contact} />,
        [words.documentation]: service.documentation && <Shown text={service.documentation} />,
      }}
    />
  );
}

/** What callers have to send, in words. */
function credentialsOf(service: Service): string {
  const words = texts.services.summary;
  if (!service.authentication) return words.open;
  const { jwt, subscription } = service.authentication;
  const accepted = acceptedBy(draftOf(service));
  const kinds = accepted.kinds.map((kind) => {
    if (kind === 'api_key') return words.key([...accepted.headers, ...accepted.query].join(', '));
    return kind === 'jwt' ? words.token((jwt?.issuers ?? []).join(', ')) : kindName(kind);
  });
  return [...kinds, subscription === false && words.noSubscription].filter(Boolean).join('; ');
}
