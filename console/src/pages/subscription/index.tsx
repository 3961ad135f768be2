import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ownerQuery, publisherQuery, type Subscription, subscriptionQuery } from '../../api/apps';
import { Facts } from '../../parts/Facts';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Page, Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { RefusedMeanwhile } from '../approvals/RefusedMeanwhile';
import { Granted } from './Granted';
import { Happened } from './Happened';
import { Steps } from './Steps';
import { SubscriptionState } from './SubscriptionState';

const words = texts.approvals.subscription;

/** One subscription: who asked whom for what, what was decided, and what may be done with it now. */
export default function SubscriptionPage() {
  const { id } = useParams({ from: '/inside/subscriptions/$id' });
  const query = useQuery(subscriptionQuery(id));
  const of = query.data?.value;
  return (
    <Page
      title={of ? words.title(of.app, of.service) : words.untitled}
      about={<Shown text={id} mono />}
      actions={query.data && <Steps of={query.data} />}
    >
      <Loaded query={query}>{({ value }) => <About of={value} />}</Loaded>
      <Happened of={id} />
    </Page>
  );
}

function About(props: { of: Subscription }) {
  const { of } = props;
  const app = useQuery(ownerQuery(of.app)).data;
  const service = useQuery(publisherQuery(of.service)).data;
  return (
    <Section title={words.about}>
      <Facts
        facts={{
          [words.state]: <SubscriptionState of={of} />,
          [words.cause]: of.cause && texts.approvals.causes[of.cause],
          [words.app]: app ? (
            <>
              <PageLink to="/apps/$id" params={{ id: of.app }}>
                <Shown text={of.app} />
              </PageLink>{' '}
              {words.of} <Shown text={app.tenant} />
            </>
          ) : (
            <Shown text={of.app} />
          ),
          [words.service]: service ? (
            <>
              <PageLink to="/services/$id" params={{ id: of.service }}>
                <Shown text={of.service} />
              </PageLink>{' '}
              {service.tenant && (
                <>
                  {words.of} <Shown text={service.tenant} />
                </>
              )}
            </>
          ) : (
            <Shown text={of.service} />
          ),
          [words.plan]: <Shown text={of.plan} />,
          [words.scopes]: <Granted of={of} />,
          [words.reason]: of.reason && <Shown text={of.reason} />,
          [words.requested]: of.requested_at && <Time at={of.requested_at} by={of.requested_by} />,
          [words.decided]: of.decided_at && <Time at={of.decided_at} by={of.decided_by} />,
          [words.comment]: of.comment && <Shown text={of.comment} />,
          [words.ends]: of.expires_at && <Time at={of.expires_at} />,
          [words.refused]: of.state === 'pending' && <RefusedMeanwhile of={of} />,
        }}
      />
    </Section>
  );
}
