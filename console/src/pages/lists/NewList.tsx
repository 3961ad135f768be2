import { Button, Radio, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';
import { queries } from '../../api/queries';
import { useWhere } from '../../api/rights';
import { Ask } from '../../parts/Ask';
import { TenantSelect } from '../../parts/TenantSelect';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { EntriesInput } from './EntriesInput';
import { pasted, rawOf, stamp } from './entries';
import { SourceFields } from './SourceFields';
import { finishedSource, type Origin, originOf, type Source, saysWhere, sourceAt } from './source';

const words = texts.lists.make;

/** The button that makes a list, for whoever may. */
export function NewList() {
  const [opened, { open, close }] = useDisclosure(false);
  if (!useMay()('lists.write')) return null;
  return (
    <>
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
        {words.action}
      </Button>
      {opened && <Form onClose={close} />}
    </>
  );
}

function Form(props: { onClose: () => void }) {
  const { onPlatform, only } = useWhere('lists.write');
  const navigate = useNavigate();
  const [id, setId] = useState('');
  const [tenant, setTenant] = useState(onPlatform ? '' : only);
  const [owner, setOwner] = useState('');
  const [about, setAbout] = useState('');
  const [text, setText] = useState('');
  const [source, setSource] = useState<Source>();
  const [tried, setTried] = useState(false);
  const { entries, bad } = pasted(text, [], {
    comment: undefined,
    added_at: stamp(),
    expires_at: undefined,
  });
  const make = async (comment: string) => {
    const body = {
      id: id.trim(),
      ...(source ? { source: finishedSource(source) } : { entries: entries.map(rawOf) }),
      ...(tenant ? { tenant } : {}),
      ...(owner.trim() ? { owner: owner.trim() } : {}),
      ...(about.trim() ? { comment: about.trim() } : {}),
    };
    await answer(
      api.POST('/api/v1/lists', { params: { query: comment ? { comment } : {} }, body: body as never }),
    );
    void queries.invalidateQueries({ queryKey: ['lists'] });
    told(words.done(body.id));
    await navigate({ to: '/lists/$id', params: { id: body.id } });
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.title}
      action={words.do}
      comment="optional"
      refuse={() => {
        setTried(true);
        const wrong = source ? !saysWhere(source) : bad.length > 0;
        return wrong || id.trim() === '' || tenant === undefined;
      }}
      onDone={make}
    >
      <TextInput
        label={words.id}
        description={words.idHelp}
        required
        value={id}
        error={tried && id.trim() === '' ? words.idMissing : undefined}
        onChange={(event) => setId(event.currentTarget.value)}
        data-autofocus
      />
      <TenantSelect
        label={words.tenant}
        permission="lists.write"
        platform={onPlatform ? texts.lists.platform : undefined}
        required
        value={tenant}
        onChange={setTenant}
      />
      <TextInput
        label={words.owner}
        description={words.ownerHelp}
        maxLength={1000}
        value={owner}
        onChange={(event) => setOwner(event.currentTarget.value)}
      />
      <TextInput
        label={words.comment}
        maxLength={1000}
        value={about}
        onChange={(event) => setAbout(event.currentTarget.value)}
      />
      <Radio.Group
        label={texts.sources.from}
        value={originOf(source)}
        onChange={(origin) => setSource(sourceAt(origin as Origin, source))}
      >
        <Stack gap={6} mt={4}>
          {Object.entries(texts.sources.kinds).map(([value, label]) => (
            <Radio key={value} value={value} label={label} />
          ))}
        </Stack>
      </Radio.Group>
      {source ? (
        <SourceFields source={source} tried={tried} change={setSource} />
      ) : (
        <EntriesInput
          value={text}
          onChange={setText}
          count={entries.length}
          bad={tried ? bad : []}
          missing={false}
        />
      )}
    </Ask>
  );
}
