import { Anchor, Stack, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { type Change, change } from '../../../api/change';
import { useMayIn } from '../../../api/rights';
import { texts } from '../../../texts';
import { AllowAddress } from './AllowAddress';
import { allowing, isAddress, useClosed } from './egress';
import { StepForm } from './StepForm';
import type { Progress } from './state';
import { TenantField, useTenantsFor } from './TenantField';

const words = texts.home.steps.service;

/** Makes a service with its upstream; and the tenant, where there is none yet. */
export function ServiceStep(props: { at: Progress }) {
  const mayIn = useMayIn();
  const tenants = useTenantsFor('services.write', props.at.tenants);
  const [id, setId] = useState('');
  const [address, setAddress] = useState('');
  const [tenant, setTenant] = useState(tenants[0] ?? 'team');
  // The address that was agreed to: another one is another question.
  const [agreed, setAgreed] = useState<string>();
  const [tried, setTried] = useState(false);
  const agree = useRef<HTMLInputElement>(null);
  const closed = useClosed(address);
  const asks = closed.length > 0 && mayIn('settings.write', null);
  const bad = address.trim() !== '' && !isAddress(address);
  const make = async () => {
    const authentication = { api_key: { header: 'X-API-Key' } };
    const version = { state: 'draft', upstream: id, operations: {} };
    const changes: Change[] = [
      { kind: 'upstream', id, put: { tenant, targets: [address.trim()] }, expect: 'absent' },
      {
        kind: 'service',
        id,
        put: { tenant, authentication, versions: { v1: version } },
        expect: 'absent',
      },
    ];
    if (tenants.length === 0) changes.unshift({ kind: 'tenant', id: tenant, put: {}, expect: 'absent' });
    if (asks) changes.unshift(await allowing(closed));
    await change(changes, texts.home.steps.title);
  };
  return (
    <StepForm
      action={words.action}
      needs={tenants.length > 0 ? 'services.write' : 'tenants.write'}
      tenant={tenants.length > 0 ? tenant : null}
      disabled={!id || !address.trim() || bad || !tenant}
      refuse={() => {
        setTried(true);
        if (asks && agreed !== address) agree.current?.focus();
        return asks && agreed !== address;
      }}
      onDo={make}
    >
      <TextInput
        label={words.name}
        description={words.nameHelp}
        required
        maxLength={63}
        autoComplete="off"
        value={id}
        onChange={(event) => setId(event.currentTarget.value.trim())}
      />
      <Stack gap={4} align="flex-start">
        <TextInput
          w="100%"
          label={words.address}
          description={words.addressHelp}
          required
          autoComplete="off"
          value={address}
          error={bad ? words.addressBad : undefined}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <Anchor
          component="button"
          type="button"
          size="sm"
          inherit={false}
          onClick={() => setAddress('builtin:echo')}
        >
          {words.echo}
        </Anchor>
      </Stack>
      <AllowAddress
        ref={agree}
        addresses={closed}
        agreed={agreed === address}
        onAgree={(yes) => setAgreed(yes ? address : undefined)}
        missing={tried && agreed !== address}
      />
      <TenantField permission="services.write" tenants={tenants} value={tenant} onChange={setTenant} />
    </StepForm>
  );
}
