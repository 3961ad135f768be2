import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Issuer, issuerKeysQuery, issuersQuery } from '../../api/issuers';
import { useMay } from '../../api/me';
import { DataTable } from '../../parts/DataTable';
import { Finding } from '../../parts/Finding';
import { Needs } from '../../parts/Forbidden';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Names } from '../../parts/Names';
import { NoneFound } from '../../parts/NoneFound';
import { Page } from '../../parts/Page';
import { usePaging } from '../../parts/paging';
import { Shown } from '../../parts/Shown';
import { useAddress } from '../../parts/search';
import { texts } from '../../texts';
import { AddIssuer } from './AddIssuer';
import { KeysStanding } from './KeysStanding';

const words = texts.issuers;

/** Whose tokens are believed, and how the keys of each stand. */
export default function IssuersPage() {
  return (
    <Needs permission="issuers.read" title={words.title}>
      <Issuers />
    </Needs>
  );
}

function Issuers() {
  const [{ q, tenant }] = useAddress();
  const [adding, setAdding] = useState(false);
  const add = useMay()('issuers.write') && <Button onClick={() => setAdding(true)}>{words.add}</Button>;
  return (
    <Page title={words.title} about={words.about} actions={add}>
      <Finding words={words} permission="issuers.read" />
      <Found key={`${q}\n${tenant}`} q={q} tenant={tenant} />
      {adding && <AddIssuer onClose={() => setAdding(false)} />}
    </Page>
  );
}

function Found(props: { q: string | undefined; tenant: string | undefined }) {
  const { q, tenant } = props;
  const { cursor, buttons } = usePaging();
  const query = useQuery({ ...issuersQuery(q, tenant, cursor), placeholderData: keepPreviousData });
  const keys = useQuery(issuerKeysQuery).data;
  const keysOf = ({ id }: Issuer) => keys?.find((one) => one.issuer === id);
  return (
    <Loaded query={query}>
      {(page) =>
        page.items.length === 0 ? (
          <NoneFound words={words} narrowed={Boolean(q || tenant)} />
        ) : (
          <DataTable
            caption={words.caption}
            rows={page.items}
            id={(issuer) => issuer.id}
            {...buttons(page.next)}
            columns={[
              {
                head: words.columns.issuer,
                cell: (issuer) => (
                  <>
                    <PageLink to="/issuers/$id" params={{ id: issuer.id }}>
                      <Shown text={issuer.id} />
                    </PageLink>
                    {issuer.title && (
                      <div>
                        <Shown text={issuer.title} first={80} />
                      </div>
                    )}
                  </>
                ),
              },
              {
                head: words.columns.tenant,
                cell: (issuer) => <Shown text={issuer.tenant ?? words.platform} />,
              },
              { head: words.columns.iss, cell: (issuer) => <Shown text={issuer.issuer} mono first={80} /> },
              {
                head: words.columns.audiences,
                cell: (issuer) => <Names names={issuer.audiences} />,
                wide: true,
              },
              {
                head: words.columns.keys,
                cell: (issuer) => {
                  const of = keysOf(issuer);
                  return of && <KeysStanding of={of} />;
                },
              },
            ]}
          />
        )
      }
    </Loaded>
  );
}
