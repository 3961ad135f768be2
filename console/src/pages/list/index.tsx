import { Alert } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useMay } from '../../api/me';
import { useMayIn } from '../../api/rights';
import { Facts } from '../../parts/Facts';
import { Needs } from '../../parts/Forbidden';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { useNow } from '../../parts/now';
import { Page } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import { one } from '../lists/changing';
import { Ends } from '../lists/Ends';
import { type ListDocument, lasting } from '../lists/entries';
import { SourceStanding } from '../lists/SourceStanding';
import { Uses } from '../lists/UsedBy';
import { AddEntries } from './AddEntries';
import { DeleteList } from './DeleteList';
import { Entries } from './Entries';
import { ListSettings } from './ListSettings';

const words = texts.lists.list;

/** One list of addresses: who looks after it, what uses it, and what is on it. */
export default function ListPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  return (
    <Needs permission="lists.read" title={words.title(id)}>
      <List key={id} id={id} />
    </Needs>
  );
}

function List({ id }: { id: string }) {
  const query = useQuery(one(id));
  const mayWrite = useMayIn()('lists.write', query.data?.tenant);
  const list = query.data;
  return (
    <Page
      title={words.title(id)}
      about={<PageLink to="/lists">{words.back}</PageLink>}
      actions={
        list &&
        mayWrite && (
          <>
            {!list.source && <AddEntries list={list} />}
            <ListSettings list={list} />
            <DeleteList list={list} />
          </>
        )
      }
    >
      <Loaded query={query}>
        {(loaded) => (
          <>
            <About list={loaded} />
            {loaded.source ? <SourceStanding list={id} /> : <Entries list={loaded} mayWrite={mayWrite} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function About({ list }: { list: ListDocument }) {
  const over = lasting(list.expires_at, useNow()) === 'over';
  const mayUsage = useMay()('policies.read');
  const heads = texts.lists.columns;
  return (
    <>
      {over && (
        <Alert color="orange" variant="outline" title={words.over}>
          {words.overDetail}
        </Alert>
      )}
      <Facts
        facts={{
          [heads.tenant]: <Shown text={list.tenant ?? texts.lists.platform} />,
          [heads.owner]: list.owner && <Shown text={list.owner} />,
          [heads.comment]: list.comment && <Shown text={list.comment} />,
          [heads.entries]: list.source ? (
            <Shown text={list.source.url ?? list.source.file ?? ''} />
          ) : (
            list.entries.length.toLocaleString()
          ),
          [heads.usedBy]: mayUsage && <Uses list={list.id ?? ''} />,
          [heads.ends]: <Ends at={list.expires_at} />,
        }}
      />
    </>
  );
}
