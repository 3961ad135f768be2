import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { answer, api, type Schemas } from '../../api/client';
import { Facts } from '../../parts/Facts';
import { Needs } from '../../parts/Forbidden';
import { Loaded } from '../../parts/Loaded';
import { ButtonLink, PageLink } from '../../parts/links';
import { Page, Section } from '../../parts/Page';
import { PlanChanges } from '../../parts/PlanChanges';
import { Shown } from '../../parts/Shown';
import { Standing } from '../../parts/Standing';
import { useAddress } from '../../parts/search';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { Compare } from './Compare';
import { Rollback } from './Rollback';

const words = texts.audit.revision;

/** One revision of the rules: what it changed, or what leads to it from another one. */
export default function RevisionPage() {
  const { number: text = '' } = useParams({ strict: false }) as { number?: string };
  const number = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  const title = words.title(text);
  return (
    <Needs permission="revisions.read" platform title={title}>
      {number === undefined ? (
        <Page title={words.noNumber} about={<PageLink to="/revisions">{words.back}</PageLink>}>
          {null}
        </Page>
      ) : (
        <Revision key={number} number={number} />
      )}
    </Needs>
  );
}

function Revision({ number }: { number: number }) {
  const [{ from }] = useAddress();
  const query = useQuery({
    queryKey: ['revisions', 'one', number],
    queryFn: () => answer(api.GET('/api/v1/revisions/{number}', { params: { path: { number } } })),
  });
  return (
    <Page
      title={words.title(query.data?.name ?? String(number))}
      about={<PageLink to="/revisions">{words.back}</PageLink>}
      actions={query.data && !query.data.in_force && <Rollback number={number} />}
    >
      <Loaded query={query}>
        {(revision) => (
          <>
            <About revision={revision} />
            <Section title={from ? words.between(Number(from), number) : words.changed}>
              <Compare number={number} from={from} />
              {!from &&
                (revision.plan ? (
                  <PlanChanges plan={revision.plan} />
                ) : (
                  <Text size="sm">{words.notKept}</Text>
                ))}
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function About({ revision }: { revision: Schemas['ShownRevision'] }) {
  const { at_ms, who, comment, source, in_force, sequence } = revision;
  const heads = texts.audit.revisions;
  return (
    <>
      {in_force && (
        <div>
          <Standing tone="good">{heads.inForce}</Standing>
        </div>
      )}
      <Facts
        facts={{
          [words.made]: <Time at={at_ms} />,
          [heads.columns.who]: who && <Shown text={who} />,
          [heads.columns.source]: source && <Shown text={source} />,
          [words.comment]: comment && <Shown text={comment} />,
        }}
      />
      {sequence != null && (
        <div>
          <ButtonLink
            variant="default"
            size="xs"
            to="/audit"
            // The lines of its own change set are the newest before the next one.
            search={{ before: `${sequence + 1}.0` }}
          >
            {words.trail}
          </ButtonLink>
        </div>
      )}
    </>
  );
}
