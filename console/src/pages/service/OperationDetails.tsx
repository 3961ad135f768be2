import { Button, Group, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { useMay } from '../../api/me';
import { useMayIn } from '../../api/rights';
import { Facts } from '../../parts/Facts';
import { Loaded } from '../../parts/Loaded';
import { ButtonLink } from '../../parts/links';
import { Shown } from '../../parts/Shown';
import { kindName } from '../../parts/ways';
import { texts } from '../../texts';
import { EffectivePoliciesOf } from './EffectivePolicies';
import classes from './Operations.module.css';
import type { OfVersion } from './types';
import { WhoCan } from './WhoCan';
import { calledOf } from './ways/called';
import { Sends } from './ways/Sends';

/** What an operation asks of its callers, by which policies, and who can call it. */
export function OperationDetails(props: { of: OfVersion; operation: string; actions: ReactNode }) {
  const { service, name } = props.of;
  const { operation } = props;
  const words = texts.services.details;
  const may = useMay();
  const mayIn = useMayIn();
  const [who, setWho] = useState(false);
  const id = `${service.id}/${name}/${operation}`;
  const query = useQuery({
    queryKey: ['operation', id, 'requirements', props.of.read.version],
    queryFn: () => answer(api.GET('/api/v1/requirements', { params: { query: { operation: id } } })),
  });
  const method = props.of.version.operations[operation]?.methods?.[0] ?? 'GET';
  return (
    <Stack gap="sm" className={classes.details} component="section" aria-label={words.title(operation)}>
      <Title order={2} size="h3">
        {words.title(operation)}
      </Title>
      <Loaded query={query}>
        {(asked) => (
          <>
            <Asked asked={asked} />
            <Sends
              accepted={asked.credentials ?? { kinds: [], headers: [], query: [] }}
              optional={asked.credentials?.optional ?? true}
              called={calledOf(props.of, operation)}
            />
            <Group gap="xs">
              {props.actions}
              {may('questions.ask') && (
                <>
                  <Button size="xs" variant="default" aria-expanded={who} onClick={() => setWho(!who)}>
                    {words.whoCan}
                  </Button>
                  <ButtonLink to="/can" search={{ method, path: asked.path }} size="xs" variant="default">
                    {words.try}
                  </ButtonLink>
                </>
              )}
              {may('calls.read') && (
                <ButtonLink
                  to="/refusals"
                  search={{ service: service.id, version: name, operation, since: '24h' }}
                  size="xs"
                  variant="default"
                >
                  {words.refused}
                </ButtonLink>
              )}
            </Group>
          </>
        )}
      </Loaded>
      {who && <WhoCan operation={id} />}
      {mayIn('policies.read', service.tenant) && <EffectivePoliciesOf of={props.of} operation={operation} />}
    </Stack>
  );
}

/** Requirements, each in words. */
function Asked(props: { asked: Schemas['Requirements'] }) {
  const { asked } = props;
  const words = texts.services.details;
  const list = (all: string[]) => (all.length > 0 ? <Shown text={all.join(', ')} /> : texts.common.none);
  const { tls, client_certificate } = asked.connection;
  const connection = [tls && words.tls, client_certificate && words.certificate].filter(Boolean);
  const body = asked.max_body == null ? words.noLimit : words.bytes(asked.max_body);
  return (
    <Facts
      facts={{
        [words.path]: <Shown text={asked.path} mono />,
        [words.hosts]: asked.hosts.length > 0 ? list(asked.hosts) : texts.services.summary.anyHost,
        [words.credential]: <Shown text={credential(asked)} />,
        [words.scopes]: list(asked.scopes.map((scope) => scope.name)),
        [words.roles]:
          asked.access_roles.length > 0 ? list(asked.access_roles.map((r) => r.name)) : undefined,
        [words.subscription]: subscription(asked),
        [words.plans]: asked.subscription ? list(asked.plans) : undefined,
        [words.headers]: asked.headers.length > 0 ? list(asked.headers.map(header)) : undefined,
        [words.media]:
          asked.media_types.length > 0
            ? list(asked.media_types.map((one) => one.join(' / ')))
            : words.anyMedia,
        [words.body]: asked.length_required ? `${body}; ${words.lengthRequired}` : body,
        [words.connection]: connection.length > 0 ? connection.join(', ') : words.anyConnection,
        [words.network]: words.networks[asked.network],
        [words.pages]: asked.own_pages_only ? <Shown text={pages(asked)} /> : undefined,
        [words.limits]: list(asked.limits.map((limit) => words.limitOf(limit.says, limit.plan ?? undefined))),
      }}
    />
  );
}

function credential(asked: Schemas['Requirements']): string {
  const words = texts.services.details;
  if (!asked.credentials) return words.open;
  const { kinds, headers, query, issuers, optional, dpop } = asked.credentials;
  const places = [...headers, ...query.map(words.parameter)].join(', ');
  const accepted = kinds.map((kind) => {
    if (kind === 'jwt') {
      const token = dpop === 'required' ? words.provedTokenOf : words.tokenOf;
      return token(issuers.map((one) => one.iss).join(', '));
    }
    if (kind === 'signature') return words.signed;
    if (kind === 'hmac') return words.signedBySecret;
    return kind === 'api_key' ? words.keyIn(places) : kindName(kind);
  });
  return [...accepted, optional && words.optional].filter(Boolean).join(', ');
}

function pages(asked: Schemas['Requirements']): string {
  const words = texts.services.details;
  const tokens = asked.page_tokens.map(({ header, from }) => words.ownPagesWith(header, from));
  return tokens.join(', ') || words.ownPages;
}

function subscription(asked: Schemas['Requirements']): string {
  const words = texts.services.details;
  if (!asked.subscription) return words.notNeeded;
  return asked.approval ? words.neededApproval : words.needed;
}

function header(one: Schemas['AskedHeader']): string {
  const values = one.values.length > 0 ? `: ${one.values.join(' / ')}` : '';
  return `${one.name}${values}${one.required ? ` (${texts.services.details.required})` : ''}`;
}
