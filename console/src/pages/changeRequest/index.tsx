import { Alert, List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { answer, api, type Schemas } from '../../api/client';
import { Snippet } from '../../parts/Copy';
import { Facts } from '../../parts/Facts';
import { Needs } from '../../parts/Forbidden';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Page, Section } from '../../parts/Page';
import { PlanChanges } from '../../parts/PlanChanges';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { Decide } from './Decide';
import { Replay } from './Replay';

const words = texts.audit.request;

/** One change request: who proposes what, why, and what became of it. */
export default function ChangeRequestPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  return (
    <Needs permission="changes.propose" title={words.title(id)}>
      <Request key={id} id={id} />
    </Needs>
  );
}

function Request({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['change-requests', 'one', id],
    queryFn: () => answer(api.GET('/api/v1/change-requests/{id}', { params: { path: { id } } })),
  });
  return (
    <Page
      title={words.title(id)}
      about={<PageLink to="/change-requests">{words.back}</PageLink>}
      actions={query.data?.state === 'open' && <Decide request={query.data} />}
    >
      <Loaded query={query}>
        {(request) => (
          <>
            {request.moved?.length ? <Moved moved={request.moved} /> : null}
            <About request={request} />
            {request.plan && (
              <Section title={words.changes}>
                <PlanChanges plan={request.plan} ahead={request.state !== 'applied'} />
              </Section>
            )}
            {request.state === 'open' && !request.moved?.length && <Replay id={request.id} />}
            {request.added?.length ? (
              <Section title={words.added}>
                <Snippet text={request.added.join('\n')} what={words.addedName} />
              </Section>
            ) : null}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Moved({ moved }: { moved: string[] }) {
  return (
    <Alert color="orange" variant="outline" title={words.movedTitle}>
      {words.moved}
      <List size="sm">
        {moved.map((one) => (
          <List.Item key={one}>
            <Shown text={one} />
          </List.Item>
        ))}
      </List>
      {words.movedFix}
    </Alert>
  );
}

function About({ request }: { request: Schemas['ChangeRequestRow'] }) {
  const { comment, proposed_by, proposed_at, expires_at, tenant, state, forced } = request;
  const { decided_by, decided_at, decision } = request;
  return (
    <>
      <Facts
        facts={{
          [words.why]: <Shown text={comment} first={2000} />,
          [words.proposed]: <Shown text={proposed_by} />,
          [words.at]: <Time at={proposed_at} />,
          [words.state]: texts.audit.requests.states[state],
          [words.tenant]: <Shown text={tenant ?? texts.audit.requests.platform} />,
          [words.expires]: state === 'open' && <Time at={expires_at} />,
          [words.decided]: decided_by && (
            <>
              <Shown text={decided_by} />, <Time at={decided_at} />
            </>
          ),
          [words.decision]: decision && <Shown text={decision} first={2000} />,
        }}
      />
      {forced && <Text size="sm">{words.forced}</Text>}
    </>
  );
}
