import { List, Radio, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Shown } from '../../parts/Shown';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { Callers } from './Callers';
import { endingQuery } from './data';
import { usePlans } from './plans';
import type { OfVersion } from './types';
import { useStep } from './useStep';
import { isServed, versionsOf } from './versions';

/** What becomes of the subscriptions that are for a version alone. */
type Fate = { how: 'move'; plan: string } | { how: 'cancel' };

/** Ends a version: its callers are told the successor, and its own subscriptions go somewhere. */
export function Retire(props: { of: OfVersion; onClose: () => void }) {
  const { service, name } = props.of;
  const words = texts.services.lifecycle;
  const { retire, asking, question } = useStep(props.of);
  const others = versionsOf(service).filter(([other, version]) => other !== name && isServed(version));
  const [successor, setSuccessor] = useState(others[0]?.[0] ?? '');
  const [fate, setFate] = useState<Fate>({ how: 'move', plan: '' });
  const ending = useQuery({ ...endingQuery(service.id, name), staleTime: 0 });
  const alone = (ending.data?.count ?? 0) > 0;
  const said = !alone || fate.how === 'cancel' || fate.plan !== '';
  return (
    <>
      <Ask
        opened={!asking}
        danger
        size="xl"
        title={words.retireTitle(`${service.id}/${name}`)}
        action={words.retireDoes}
        comment="required"
        disabled={!ending.data || !said}
        onClose={props.onClose}
        onDone={async (comment) => {
          const ended = await retire({
            comment,
            successor: successor || null,
            move_to_plan: alone && fate.how === 'move' ? fate.plan : null,
            cancel_rest: alone && fate.how === 'cancel',
          });
          if (ended.how === 'taken') told(words.retired(`${service.id}/${name}`));
        }}
      >
        <Text size="sm">{words.retireDetail}</Text>
        <Select
          label={words.successor}
          description={words.successorOf}
          allowDeselect={false}
          data={[
            { value: '', label: words.noSuccessor },
            ...others.map(([value]) => ({ value, label: value })),
          ]}
          value={successor}
          onChange={(value) => setSuccessor(value ?? '')}
        />
        <Loaded query={ending}>
          {(alone) =>
            alone.count === 0 ? (
              <Text size="sm">{words.noneAlone}</Text>
            ) : (
              <Fates service={service.id} alone={alone} value={fate} onChange={setFate} />
            )
          }
        </Loaded>
        <Callers service={service.id} version={name} />
      </Ask>
      {question}
    </>
  );
}

function Fates(props: {
  service: string;
  alone: Schemas['Endings'];
  value: Fate;
  onChange: (value: Fate) => void;
}) {
  const words = texts.services.lifecycle;
  const { value, onChange } = props;
  const { only, count } = props.alone;
  const { plans } = usePlans(props.service);
  const bound = new Set(only.map((one) => one.plan));
  return (
    <Stack gap="xs">
      <Text size="sm">{words.alone(count)}</Text>
      <List size="sm">
        {only.map((one) => (
          <List.Item key={one.id}>
            <PageLink to="/subscriptions/$id" params={{ id: one.id }}>
              <Shown text={one.id} />
            </PageLink>{' '}
            (<Shown text={`${one.app}, ${one.plan}, ${one.state}`} />)
          </List.Item>
        ))}
        {count > only.length && <List.Item>{words.othersAlone(count - only.length)}</List.Item>}
      </List>
      <Radio.Group
        label={words.subscriptions}
        value={value.how}
        onChange={(how) => onChange(how === 'cancel' ? { how } : { how: 'move', plan: '' })}
      >
        <Stack gap={6} mt={4}>
          <Radio value="move" label={words.move} />
          <Radio value="cancel" label={words.cancelThem} />
        </Stack>
      </Radio.Group>
      {value.how === 'move' && (
        <Select
          label={words.plan}
          required
          data={plans.map((plan) => plan.id ?? '').filter((id) => id && !bound.has(id))}
          value={value.plan || null}
          onChange={(plan) => onChange({ how: 'move', plan: plan ?? '' })}
        />
      )}
    </Stack>
  );
}
