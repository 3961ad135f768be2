import { List, Text } from '@mantine/core';
import { Problem } from '../../api/problem';
import { Empty } from '../../parts/Empty';
import { Failure } from '../../parts/Failure';
import { ButtonLink, PageLink } from '../../parts/links';
import { Page } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';

const words = texts.why;

/** There is no such record: where was looked, how long records are kept, what an id looks like. */
export function Lost(props: { id: string; error: unknown }) {
  const { absent, ambiguous, more } = searched(props.error);
  if (ambiguous) {
    return (
      <Page title={words.ambiguous}>
        <List>
          {ambiguous.map((id) => (
            <List.Item key={id}>
              <PageLink to="/requests/$id" params={{ id }}>
                <code>{id}</code>
              </PageLink>
            </List.Item>
          ))}
        </List>
        {more && <Text size="sm">{words.ambiguousMore}</Text>}
      </Page>
    );
  }
  return (
    <Page title={words.lost}>
      <Empty
        title={words.lostId(props.id.slice(0, 60))}
        action={
          <ButtonLink to="/refusals" variant="default" size="xs">
            {words.lostLink}
          </ButtonLink>
        }
      >
        {absent && (
          <List size="sm" mb="xs">
            {absent.at_ms !== null && (
              <List.Item>
                {words.lostBegan} <Time at={absent.at_ms} />
              </List.Item>
            )}
            {absent.oldest_ms !== null && (
              <List.Item>
                {words.lostOldest} <Time at={absent.oldest_ms} />
              </List.Item>
            )}
            <List.Item>{words.lostLooked(absent.days)}</List.Item>
            {absent.keep_days !== null && <List.Item>{words.lostKept(absent.keep_days)}</List.Item>}
            {(absent.ended ?? []).map((one) => (
              <List.Item key={one.tenant}>{words.lostEnded(one.tenant, one.days)}</List.Item>
            ))}
            {absent.unreadable.map((one) => (
              <List.Item key={one.day}>
                <Shown text={words.lostUnreadable(one.day, one.why)} />
              </List.Item>
            ))}
          </List>
        )}
        {words.lostShape}
      </Empty>
      {!absent && <Failure error={props.error} />}
    </Page>
  );
}

/** Where a request was looked for in vain (`searched` of the 404), which the problem has beside its own members. */
interface Searched {
  absent?: {
    at_ms: number | null;
    days: [string, string] | null;
    unreadable: Array<{ day: string; why: string }>;
    oldest_ms: number | null;
    keep_days: number | null;
    ended?: Array<{ tenant: string; days: number }>;
  };
  /** More than one request begins like this. */
  ambiguous?: string[];
  more?: boolean;
}

function searched(error: unknown): Searched {
  if (!(error instanceof Problem)) return {};
  return (error.document as { searched?: Searched }).searched ?? {};
}
