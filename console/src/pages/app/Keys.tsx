import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Credential } from '../../api/apps';
import { answer, api } from '../../api/client';
import { PRODUCTION } from '../../api/gateway';
import { useMay } from '../../api/me';
import { type Column, DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Names } from '../../parts/Names';
import { Section } from '../../parts/Page';
import { usePaging } from '../../parts/paging';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { kindName } from '../../parts/ways';
import { texts } from '../../texts';
import { AddCredential } from '../credential/AddCredential';
import { KeyState, LastUse } from '../credential/KeyState';
import { KeyStepsOf } from '../credential/KeySteps';
import type { CredentialKind } from '../credential/kinds';
import { type Made, MadeCredential } from '../credential/Made';
import { Proof } from '../credential/Proof';

const words = texts.apps.keys;

/** Keys on a page: each asks the call log for its last use. */
const ON_A_PAGE = 20;

/** The keys and other credentials of an app, and what can be done with them. */
export function Keys(props: { app: string; tenant: string }) {
  const may = useMay();
  if (!may('credentials.read', props.tenant)) return null;
  return <KeysSeen {...props} writes={may('credentials.write', props.tenant)} />;
}

function KeysSeen(props: { app: string; writes: boolean }) {
  const { app, writes } = props;
  const [open, setOpen] = useState<CredentialKind>();
  const close = () => setOpen(undefined);
  const [made, setMade] = useState<Made>();
  const { cursor, buttons } = usePaging();
  const query = useQuery({
    queryKey: ['credentials', { app, cursor }],
    queryFn: () =>
      answer(api.GET('/api/v1/credentials', { params: { query: { app, cursor, limit: ON_A_PAGE } } })),
  });
  const create = writes && (
    <>
      <AddOther onChosen={setOpen} />
      <Button onClick={() => setOpen('api_key')}>{words.create}</Button>
    </>
  );
  return (
    <Section title={words.title} actions={create}>
      <Loaded query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title={words.none}>{writes ? words.noneHelp : words.noneOfYours}</Empty>
          ) : (
            <DataTable
              caption={words.title}
              columns={writes ? [...COLUMNS, stepsWith(setMade)] : COLUMNS}
              rows={page.items}
              id={(key) => key.id ?? ''}
              {...buttons(page.next)}
            />
          )
        }
      </Loaded>
      {open && <AddCredential kind={open} app={app} onClose={close} onMade={setMade} />}
      {made && <MadeCredential made={made} onClose={() => setMade(undefined)} />}
    </Section>
  );
}

/** Kinds of credentials besides keys, in the order of how often they are wanted. */
const OTHERS: CredentialKind[] = ['basic', 'mtls', 'signature', 'hmac', 'jwt'];

/** Chooses what else than a key is to prove the app. */
function AddOther(props: { onChosen: (kind: CredentialKind) => void }) {
  const may = useMay();
  // Whose tokens are believed, and which of their clients are apps, is for the same people to say.
  const kinds = OTHERS.filter((kind) => kind !== 'jwt' || may('issuers.write'));
  return (
    <Menu position="bottom-end" trapFocus>
      <Menu.Target>
        <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
          {words.addOther}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.map((kind) => (
          <Menu.Item key={kind} onClick={() => props.onChosen(kind)}>
            {kindName(kind)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const COLUMNS: Array<Column<Credential>> = [
  {
    head: words.key,
    cell: (key) => (
      <>
        <PageLink to="/credentials/$id" params={{ id: key.id }}>
          <span style={{ whiteSpace: 'nowrap' }} className="code">
            {key.id}
          </span>
        </PageLink>
        {key.title && (
          <div>
            <Shown text={key.title} first={60} />
          </div>
        )}
      </>
    ),
  },
  { head: words.kind, cell: (key) => <Proof of={key} /> },
  { head: words.state, cell: (key) => <KeyState of={key} /> },
  { head: words.environment, cell: (key) => <Shown text={key.environment ?? PRODUCTION} mono /> },
  {
    head: words.scopes,
    cell: (key) => (key.scopes ? <Names names={key.scopes} /> : words.allScopes),
    wide: true,
  },
  {
    head: words.expires,
    cell: (key) => (key.expires_at ? <Time at={key.expires_at} brief /> : words.never),
  },
  { head: words.lastUse, cell: (key) => <LastUse of={key.id ?? ''} /> },
];

function stepsWith(onMade: (made: Made) => void): Column<Credential> {
  return { head: words.steps, cell: (key) => <KeyStepsOf of={key} onMade={onMade} /> };
}
