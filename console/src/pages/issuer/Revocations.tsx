import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import type { Issuer } from '../../api/issuers';
import { useMay } from '../../api/me';
import { queries } from '../../api/queries';
import { useMayIn } from '../../api/rights';
import { DataTable } from '../../parts/DataTable';
import { Failure } from '../../parts/Failure';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { versionOf } from '../../parts/patch';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { RevokeTokens } from './RevokeTokens';

type Revocation = Schemas['TokenRevocationDocument'];

const words = texts.issuers.revocations;

/** How many are looked through; those of other issuers are among them. */
const LOOKED_AT = 1000;

/** Revocations of an issuer's tokens that are told at most. */
const MOST = 100;

const query = (issuer: string) => ({
  queryKey: ['token revocations', issuer],
  queryFn: async () => {
    const page = await answer(
      api.GET('/api/v1/token-revocations', { params: { query: { limit: LOOKED_AT } } }),
    );
    const items = page.items.filter((one) => one.issuer === issuer);
    return { items: items.slice(0, MOST), more: items.length > MOST || page.next != null };
  },
});

/** Brings up to date which tokens are revoked. */
export function refreshRevocations(): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['token revocations'] });
}

/** Tokens of an issuer that ended here before their time, and the ways to end more and to restore them. */
export function Revocations({ of }: { of: Issuer }) {
  if (!useMay()('credentials.read', of.tenant)) return null;
  return <Seen of={of} />;
}

function Seen({ of }: { of: Issuer }) {
  const found = useQuery(query(of.id));
  const writes = useMayIn()('credentials.write', of.tenant);
  const [revoking, setRevoking] = useState(false);
  const [error, setError] = useState<unknown>();
  const restore = async (one: Revocation) => {
    setError(undefined);
    try {
      const params = { path: { id: one.id ?? '' }, header: { 'If-Match': versionOf(one) } };
      await answer(api.DELETE('/api/v1/token-revocations/{id}', { params }));
      told(words.restored);
      await refreshRevocations();
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <Section
      title={words.title}
      actions={
        writes && (
          <Button size="xs" variant="default" onClick={() => setRevoking(true)}>
            {words.revoke}
          </Button>
        )
      }
    >
      <Failure error={error} />
      <Loaded query={found}>
        {({ items, more }) =>
          items.length === 0 ? (
            <Text size="sm">{words.none}</Text>
          ) : (
            <>
              <DataTable
                caption={words.title}
                rows={items}
                id={(one) => one.id ?? ''}
                columns={[
                  { head: words.what, cell: (one) => <Shown text={whatOf(one)} first={120} /> },
                  { head: words.since, cell: (one) => <Time at={one.revoked_at} by={one.revoked_by} /> },
                  {
                    head: words.until,
                    cell: (one) => (one.until ? <Time at={one.until} /> : words.usualUntil),
                  },
                  { head: words.reason, cell: (one) => <Shown text={one.reason ?? ''} first={120} /> },
                  ...(writes ? [{ head: texts.lists.columns.actions, cell: step(restore) }] : []),
                ]}
              />
              {more && <Text size="sm">{words.more}</Text>}
            </>
          )
        }
      </Loaded>
      {revoking && <RevokeTokens issuer={of.id} onClose={() => setRevoking(false)} />}
    </Section>
  );
}

/** Which tokens a revocation is about. */
function whatOf({ jti, subject, client }: Revocation): string {
  const [kind, name] = [
    ['jti', jti] as const,
    ['subject', subject] as const,
    ['client', client] as const,
  ].find(([, name]) => name !== undefined) ?? ['', ''];
  return `${words.kinds[kind] ?? ''} ${name}`.trim();
}

const step = (restore: (one: Revocation) => void) => (one: Revocation) => (
  <Button
    size="compact-sm"
    variant="default"
    aria-label={words.restoreOf(whatOf(one))}
    onClick={() => restore(one)}
  >
    {words.restore}
  </Button>
);
