import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { type Credential, credentialQuery, ownerQuery } from '../../api/apps';
import { PRODUCTION } from '../../api/gateway';
import { Allowed } from '../../parts/Allowed';
import { Facts } from '../../parts/Facts';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Names } from '../../parts/Names';
import { Page, Section } from '../../parts/Page';
import type { Versioned } from '../../parts/patch';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { RefusedLately } from '../app/RefusedLately';
import { KeyState, LastUse } from './KeyState';
import { KeySteps } from './KeySteps';
import { isKey, kindOf } from './kinds';
import { type Made, MadeCredential } from './Made';
import { Proof } from './Proof';
import { lives } from './standing';
import { Use } from './Use';

const words = texts.apps.key;

/** One key: everything about it, and what can be done with it. */
export default function CredentialPage() {
  const { id } = useParams({ from: '/inside/credentials/$id' });
  const query = useQuery(credentialQuery(id));
  const app = query.data?.value.app;
  const [made, setMade] = useState<Made>();
  const owner = useQuery({ ...ownerQuery(app ?? ''), enabled: app !== undefined });
  const other = query.data && !isKey(query.data.value);
  const title = other ? words.titleOfOther(id) : words.title(id);
  const actions = query.data && owner.data && (
    <Allowed to="credentials.write" tenant={owner.data.tenant}>
      <KeySteps of={query.data} onMade={setMade} />
    </Allowed>
  );
  return (
    <Page title={title} actions={actions}>
      <Loaded query={query}>{(key) => <About of={key} />}</Loaded>
      {app && <RefusedLately app={app} credential={id} />}
      {made && <MadeCredential made={made} onClose={() => setMade(undefined)} />}
    </Page>
  );
}

function About(props: { of: Versioned<Credential> }) {
  const key = props.of.value;
  return (
    <>
      <Section title={words.about}>
        <Facts
          facts={{
            [words.state]: <KeyState of={key} />,
            [words.kind]: <Proof of={key} />,
            [words.name]: key.title && <Shown text={key.title} />,
            [words.app]: (
              <PageLink to="/apps/$id" params={{ id: key.app }}>
                <Shown text={key.app} />
              </PageLink>
            ),
            [words.environment]: <Shown text={key.environment ?? PRODUCTION} mono />,
            [words.lastUse]: <LastUse of={key.id ?? ''} />,
            [words.scopes]: key.scopes ? <Names names={key.scopes} /> : words.allScopes,
            [words.roles]: key.access_roles ? <Names names={key.access_roles} /> : words.allRoles,
            [words.made]: key.created_at && <Time at={key.created_at} by={key.created_by} />,
            [words.replaces]: key.replaces && <KeyLink id={key.replaces} />,
            [words.notBefore]: key.not_before && <Time at={key.not_before} />,
            [words.replacing]: !isKey(key) && words.replacingOf[kindOf(key)],
            [words.expires]: key.expires_at ? <Time at={key.expires_at} /> : words.never,
            [words.revoked]: key.revoked_at && <Time at={key.revoked_at} by={key.revoked_by} />,
            [words.reason]: key.reason && <Shown text={key.reason} />,
          }}
        />
      </Section>
      {lives(key) && (
        <Section title={words.use}>
          <Use of={key} />
        </Section>
      )}
      <Section title={words.restrictions}>
        <Restrictions of={key} />
      </Section>
    </>
  );
}

function Restrictions(props: { of: Credential }) {
  const { addresses, services, methods, referrers } = props.of.restricted_to ?? {};
  const lines: Array<[string, readonly string[] | undefined]> = [
    [words.addresses, addresses],
    [words.services, services],
    [words.methods, methods],
    [words.referrers, referrers],
  ];
  const some = lines.flatMap(([name, names]) =>
    names && names.length > 0 ? [[name, <Names key={name} names={names} />] as const] : [],
  );
  if (some.length === 0) return <Text size="sm">{words.unrestricted}</Text>;
  return <Facts facts={Object.fromEntries(some)} />;
}

function KeyLink(props: { id: string }) {
  return (
    <PageLink to="/credentials/$id" params={{ id: props.id }}>
      <Shown text={props.id} mono />
    </PageLink>
  );
}
