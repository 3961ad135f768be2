import { Button, Group } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '../../api/me';
import { useMayIn } from '../../api/rights';
import { type Column, DataTable } from '../../parts/DataTable';
import { Needs } from '../../parts/Forbidden';
import { Loaded } from '../../parts/Loaded';
import { Named } from '../../parts/Named';
import { NoneFound } from '../../parts/NoneFound';
import { Page } from '../../parts/Page';
import { usePaging } from '../../parts/paging';
import { SearchField } from '../../parts/SearchField';
import { Shown } from '../../parts/Shown';
import { useAddress } from '../../parts/search';
import { ThingLink } from '../../parts/ThingLink';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { SignOutAll, SignOutOne, whoOf } from './SignOut';
import { type Session, sessionsQuery, type Which, whichOf } from './sessions';

const words = texts.sessions;

/** Who is signed in at browsers, and the way to sign them out. */
export default function SessionsPage() {
  return (
    <Needs permission="sessions.read" title={words.title}>
      <Sessions />
    </Needs>
  );
}

function Sessions() {
  const [search] = useAddress();
  const which = whichOf(search);
  const [ending, setEnding] = useState(false);
  const some = Object.keys(which).length > 0;
  const all = useMay()('sessions.revoke') && (
    <Button variant="outline" color="red" onClick={() => setEnding(true)}>
      {some ? words.signOutAll : words.everybody}
    </Button>
  );
  return (
    <Page title={words.title} about={words.about} actions={all}>
      <Filters />
      <Found key={JSON.stringify(which)} which={which} />
      {ending && <SignOutAll which={which} onClose={() => setEnding(false)} />}
    </Page>
  );
}

/** Who is looked for: in the address, so that it can be shared. */
function Filters() {
  const [search, change] = useAddress();
  return (
    <Group align="flex-end" gap="sm" role="search">
      <SearchField
        name="user"
        label={words.user}
        description={words.userHelp}
        style={{ flex: '1 1 14rem' }}
      />
      <SearchField
        name="host"
        label={words.host}
        description={words.hostHelp}
        style={{ flex: '1 1 12rem' }}
      />
      <Named
        kind="services"
        label={words.service}
        value={search.service ?? ''}
        onChange={(service) => change({ service: service || undefined })}
      />
      <Named
        kind="issuers"
        label={words.issuer}
        value={search.issuer ?? ''}
        onChange={(issuer) => change({ issuer: issuer || undefined })}
      />
    </Group>
  );
}

/** One page of who was found; begins anew where somebody else is looked for. */
function Found({ which }: { which: Which }) {
  const { cursor, buttons } = usePaging();
  const query = useQuery({ ...sessionsQuery(which, cursor), placeholderData: keepPreviousData });
  const [ending, setEnding] = useState<Session>();
  const revokes = useMayIn();
  const some = Object.keys(which).length > 0;
  const actions: Column<Session> = {
    head: words.columns.actions,
    cell: (session) =>
      revokes('sessions.revoke', session.tenant) && (
        <Button
          size="compact-sm"
          variant="outline"
          color="red"
          aria-label={words.named(whoOf(session), session.service)}
          onClick={() => setEnding(session)}
        >
          {words.signOut}
        </Button>
      ),
  };
  return (
    <>
      <Loaded query={query}>
        {({ items, next }) =>
          items.length === 0 ? (
            <NoneFound words={words} narrowed={some} />
          ) : (
            <DataTable
              caption={words.caption}
              rows={items}
              id={(session) => session.id}
              columns={
                items.some((session) => revokes('sessions.revoke', session.tenant))
                  ? [...COLUMNS, actions]
                  : COLUMNS
              }
              {...buttons(next)}
            />
          )
        }
      </Loaded>
      {ending && <SignOutOne session={ending} onClose={() => setEnding(undefined)} />}
    </>
  );
}

/** An origin breaks before its host, if at all. */
function Origin({ of }: { of: string }) {
  const host = of.indexOf('//') + 2;
  return (
    <div>
      <Shown text={of.slice(0, host)} mono whole />
      <wbr />
      <Shown text={of.slice(host)} mono whole first={60} />
    </div>
  );
}

const COLUMNS: Array<Column<Session>> = [
  {
    head: words.columns.who,
    cell: (session) => (
      <>
        <Shown text={whoOf(session)} first={80} />
        {session.subject && session.subject !== session.user && (
          <div>
            <Shown text={session.subject} mono first={60} />
          </div>
        )}
        <div>
          {words.by} <ThingLink kind="issuer" id={session.issuer} />
        </div>
      </>
    ),
  },
  {
    head: words.columns.service,
    cell: ({ service, origin }) => (
      <>
        <ThingLink kind="service" id={service} />
        <Origin of={origin} />
      </>
    ),
  },
  { head: words.columns.from, cell: ({ from }) => <Shown text={from} mono whole /> },
  {
    head: words.columns.since,
    cell: ({ since_ms, seen_ms }) => (
      <>
        <Time at={since_ms} brief />
        <div>
          {words.used} <Time at={seen_ms} brief />
        </div>
      </>
    ),
  },
  {
    head: words.columns.ends,
    cell: ({ until_ms, ends_ms }) => (
      <>
        <Time at={until_ms} brief />
        {until_ms < ends_ms && <div>{words.unused}</div>}
      </>
    ),
  },
];
