import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { App } from '../../api/apps';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';
import { pageOf } from '../../api/pages';
import { type Column, DataTable } from '../../parts/DataTable';
import { Finding } from '../../parts/Finding';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { NoneFound } from '../../parts/NoneFound';
import { Page } from '../../parts/Page';
import { usePaging } from '../../parts/paging';
import { Shown } from '../../parts/Shown';
import { useAddress } from '../../parts/search';
import { texts } from '../../texts';
import { AppState } from '../app/About';
import { CreateApp } from './CreateApp';

const words = texts.apps;

/** The apps of one's tenants: who calls, and with which keys. */
export default function AppsPage() {
  const [{ q = '', tenant }] = useAddress();
  const [creating, setCreating] = useState(false);
  const may = useMay();
  const create = may('apps.write') && <Button onClick={() => setCreating(true)}>{words.create}</Button>;
  return (
    <Page title={words.title} about={words.explain} actions={create}>
      <Finding words={words} permission="apps.read" />
      <Found key={`${q}\n${tenant}`} q={q} tenant={tenant} />
      {creating && <CreateApp onClose={() => setCreating(false)} />}
    </Page>
  );
}

const COLUMNS: Array<Column<App>> = [
  {
    head: words.app.app,
    cell: (app) => (
      <PageLink to="/apps/$id" params={{ id: app.id }}>
        <Shown text={app.id ?? ''} />
      </PageLink>
    ),
  },
  { head: words.app.name, cell: (app) => <Shown text={app.title ?? ''} first={80} /> },
  { head: words.app.tenant, cell: (app) => <Shown text={app.tenant} /> },
  { head: words.app.contact, cell: (app) => <Shown text={app.contact ?? ''} first={80} />, wide: true },
  { head: words.app.state, cell: (app) => <AppState of={app} /> },
];

function Found(props: { q: string; tenant: string | undefined }) {
  const { q, tenant } = props;
  const { cursor, buttons } = usePaging();
  const query = useQuery({
    queryKey: ['apps', { q, tenant, cursor }],
    queryFn: () =>
      pageOf((cursor) => {
        const query = { q: q || undefined, tenant, cursor, limit: 50 };
        return answer(api.GET('/api/v1/apps', { params: { query } }));
      }, cursor),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query}>
      {(page) =>
        page.items.length === 0 ? (
          <NoneFound words={words} narrowed={Boolean(q || tenant)} />
        ) : (
          <DataTable
            caption={words.title}
            columns={COLUMNS}
            rows={page.items}
            id={(app) => app.id ?? ''}
            {...buttons(page.next)}
          />
        )
      }
    </Loaded>
  );
}
