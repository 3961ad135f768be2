import { Button } from '@mantine/core';
import { DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Failure } from '../../parts/Failure';
import { Waiting } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import { type Plan, usePlans } from './plans';

/** The plans under which apps can subscribe to a service. */
export function Plans(props: { service: string }) {
  const words = texts.services.subscriptions;
  const { query, plans, further } = usePlans(props.service);
  return (
    <Section title={words.plans}>
      <Failure error={query.error} />
      {query.isLoading && <Waiting />}
      {query.data && plans.length === 0 && <Empty title={words.noPlans}>{words.noPlansDetail}</Empty>}
      {plans.length > 0 && (
        <DataTable
          caption={words.plansCaption}
          rows={plans}
          id={(plan) => plan.id ?? ''}
          columns={[
            {
              head: words.plan,
              cell: ({ id = '', title }) => (
                <>
                  <Shown text={id} /> {title && <Shown text={`(${title})`} first={80} />}
                </>
              ),
            },
            { head: words.covers, cell: (plan) => <Shown text={covers(plan, props.service)} first={120} /> },
            {
              head: words.limits,
              cell: ({ limits }) => (
                <Shown
                  text={
                    Object.values(limits ?? {})
                      .map(said)
                      .join('; ') || texts.common.none
                  }
                />
              ),
            },
            {
              head: words.scopes,
              cell: ({ scopes }) => <Shown text={scopes?.join(', ') || texts.common.none} first={120} />,
            },
          ]}
        />
      )}
      {further && (
        <div>
          <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={further}>
            {words.morePlans}
          </Button>
        </div>
      )}
    </Section>
  );
}

/** What of a service a plan covers. */
function covers(plan: Plan, service: string): string {
  const words = texts.services.subscriptions;
  if (plan.services?.includes(service)) return words.whole;
  const parts = plan.covers?.filter((part) => part.service === service) ?? [];
  return parts
    .map(
      (part) => words.part(part.versions?.join(', ') ?? '', part.operations?.join(', ') ?? '') || words.whole,
    )
    .join('; ');
}

/** A limit in words. */
function said(limit: NonNullable<Plan['limits']>[string]): string {
  const words = texts.services.subscriptions;
  if (limit.apart !== undefined) return words.spacing(limit.apart);
  if (limit.limit !== undefined) return words.concurrency(limit.limit);
  if (limit.quota !== undefined) return words.quota(limit.quota, limit.per ?? 'month', limit.time_zone);
  return words.rate(limit.rate ?? 0, limit.per ?? '1s');
}
