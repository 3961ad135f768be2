import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { refreshIssuers } from '../../api/issuers';
import { Ask } from '../../parts/Ask';
import { Failure } from '../../parts/Failure';
import { Named } from '../../parts/Named';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { serviceQuery } from '../service/data';
import { useSaving } from '../service/useSaving';
import { accepting } from '../service/ways/draft';

const words = texts.issuers.accept;

/** Lets a service accept the tokens of an issuer, besides what it accepts already. */
export function Accept(props: { issuer: string; onClose: () => void }) {
  const [id, setId] = useState('');
  const query = useQuery({ ...serviceQuery(id), enabled: id !== '' });
  const { save, asking, questions } = useSaving();
  const read = id ? query.data : undefined;
  const service = read?.value;
  const already = service?.authentication?.jwt?.issuers.includes(props.issuer) ?? false;
  const accept = async (comment: string) => {
    if (!read || !service) return;
    const patch = accepting(service, props.issuer);
    const { tenant } = service;
    const went = await save({ kind: 'service', id, tenant, patch, comment }, read.version);
    if (went === 'made') told(words.done(id));
    await refreshIssuers();
  };
  return (
    <>
      <Ask
        opened={!asking}
        onClose={props.onClose}
        title={words.title(props.issuer)}
        action={words.does}
        comment="optional"
        disabled={!service || already}
        onDone={accept}
      >
        <Named
          kind="services"
          label={words.service}
          description={words.serviceHelp}
          required
          autoFocus
          value={id}
          onChange={setId}
        />
        <Failure error={id ? query.error : undefined} />
        {already && <Text size="sm">{words.already}</Text>}
        {service && !service.authentication && (
          <Alert color="orange" variant="outline">
            {words.open}
          </Alert>
        )}
      </Ask>
      {questions}
    </>
  );
}
