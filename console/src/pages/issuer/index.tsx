import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { type Issuer, issuerQuery } from '../../api/issuers';
import { useMayIn } from '../../api/rights';
import { Facts } from '../../parts/Facts';
import { Needs } from '../../parts/Forbidden';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Names } from '../../parts/Names';
import { Page, Section } from '../../parts/Page';
import type { Versioned } from '../../parts/patch';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { CLAIMS, claimOf } from '../issuers/draft';
import { GettingTokens } from './BuiltIn';
import { EditIssuer } from './EditIssuer';
import { KeysOf } from './KeysOf';
import { RemoveIssuer } from './RemoveIssuer';
import { Revocations } from './Revocations';
import { Uses } from './Uses';

const words = texts.issuers.page;

/** What an issuer that is built in does where nothing is said. */
const USUAL = { lifetime: '15m', rotate: '30d' };

/** One issuer: what it is, how its keys stand, and what relies on it. */
export default function IssuerPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  return (
    <Needs permission="issuers.read" title={words.title(id)}>
      <One id={id} />
    </Needs>
  );
}

function One({ id }: { id: string }) {
  const query = useQuery(issuerQuery(id));
  const writes = useMayIn()('issuers.write', query.data?.value.tenant);
  return (
    <Page
      title={words.title(id)}
      about={<PageLink to="/issuers">{words.back}</PageLink>}
      actions={query.data && writes && <Steps of={query.data} />}
    >
      <Loaded query={query}>
        {({ value }) => (
          <>
            <About of={value} />
            {value.built_in && <GettingTokens of={value} />}
            <KeysOf of={value} writes={writes} />
            <Uses of={value} writes={writes} />
            <Revocations of={value} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Steps(props: { of: Versioned<Issuer> }) {
  const [open, setOpen] = useState<'edit' | 'remove'>();
  const close = () => setOpen(undefined);
  return (
    <>
      <Button variant="default" onClick={() => setOpen('edit')}>
        {words.edit}
      </Button>
      <Button variant="default" onClick={() => setOpen('remove')}>
        {words.remove}
      </Button>
      {open === 'edit' && <EditIssuer of={props.of} onClose={close} />}
      {open === 'remove' && <RemoveIssuer of={props.of} onClose={close} />}
    </>
  );
}

function About({ of }: { of: Issuer }) {
  const { form, platform, columns } = texts.issuers;
  const claims = CLAIMS.map((name) => [form.claim[name], claimOf(of, name)] as const);
  return (
    <Section title={words.about}>
      <Facts
        facts={{
          [columns.tenant]: <Shown text={of.tenant ?? platform} />,
          [form.title]: of.title && <Shown text={of.title} />,
          [form.iss]: <Shown text={of.issuer} mono />,
          [form.audiences]: <Names names={of.audiences} />,
          [form.algorithms]: of.algorithms?.length ? <Names names={of.algorithms} /> : undefined,
          [form.leeway]: of.leeway,
          [form.lifetime]: of.built_in && (of.built_in.lifetime ?? USUAL.lifetime),
          [form.rotate]: of.built_in && (of.built_in.rotate ?? USUAL.rotate),
          [form.rotatedAt]: of.built_in?.rotated_at && <Time at={of.built_in.rotated_at} />,
          [form.claims]: of.claims && (
            <Facts
              facts={Object.fromEntries(
                claims.map(([name, said]) => [name, said && <Names key={name} names={said} />]),
              )}
            />
          ),
        }}
      />
    </Section>
  );
}
