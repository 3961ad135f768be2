import { Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '../../../api/me';
import { useMayIn } from '../../../api/rights';
import { DataTable } from '../../../parts/DataTable';
import { Empty } from '../../../parts/Empty';
import { Loaded } from '../../../parts/Loaded';
import { Section } from '../../../parts/Page';
import { Shown } from '../../../parts/Shown';
import { Time } from '../../../parts/Time';
import { texts } from '../../../texts';
import type { OfVersion } from '../types';
import { AddRule } from './AddRule';
import { EditRule } from './EditRule';
import { KINDS, type Kind, type Policy, placeOf, rulesQuery } from './policy';
import { RemoveRule } from './RemoveRule';

const words = texts.rules;

/** The rules of a service about browsers and networks. */
export function Rules(props: { of: OfVersion }) {
  if (!useMay()('policies.read')) return null;
  return <RulesSeen {...props} />;
}

type Doing = { what: 'add'; kind: Kind } | { what: 'edit' | 'remove'; rule: Policy };

function RulesSeen(props: { of: OfVersion }) {
  const { service } = props.of;
  const query = useQuery(rulesQuery(service.id));
  const writes = useMayIn()('policies.write', service.tenant);
  const [doing, setDoing] = useState<Doing>();
  const close = () => setDoing(undefined);
  const all = query.data ?? [];
  return (
    <Section title={words.title} id="rules">
      <Text size="sm" c="dimmed">
        {words.about}
      </Text>
      {writes && (
        <Group gap="xs">
          {KINDS.map((kind) => (
            <Button
              key={kind}
              size="xs"
              variant="default"
              aria-label={words.addTitle(words.kinds[kind] ?? kind)}
              onClick={() => setDoing({ what: 'add', kind })}
            >
              {words.adds[kind]}
            </Button>
          ))}
        </Group>
      )}
      <Loaded query={query}>
        {(rules) =>
          rules.length === 0 ? (
            <Empty title={words.none}>{words.noneDetail}</Empty>
          ) : (
            <Table rules={rules} writes={writes} onDo={setDoing} />
          )
        }
      </Loaded>
      {doing?.what === 'add' && (
        <AddRule service={service} kind={doing.kind} taken={all.map(({ id }) => id)} onClose={close} />
      )}
      {doing?.what === 'edit' && <EditRule service={service} rule={doing.rule} onClose={close} />}
      {doing?.what === 'remove' && <RemoveRule rule={doing.rule} onClose={close} />}
    </Section>
  );
}

function Table(props: { rules: Policy[]; writes: boolean; onDo: (doing: Doing) => void }) {
  const steps = (rule: Policy) => (
    <Group gap="xs">
      <Button
        size="compact-sm"
        variant="default"
        aria-label={words.editOf(rule.id)}
        onClick={() => props.onDo({ what: 'edit', rule })}
      >
        {words.edit}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={words.removeOf(rule.id)}
        onClick={() => props.onDo({ what: 'remove', rule })}
      >
        {words.remove}
      </Button>
    </Group>
  );
  return (
    <DataTable
      caption={words.caption}
      rows={props.rules}
      id={({ id }) => id}
      columns={[
        { head: words.columns.policy, cell: ({ id }) => <Shown text={id} /> },
        { head: words.columns.kind, cell: ({ kind }) => words.kinds[kind] ?? kind },
        { head: words.columns.on, cell: ({ on }) => <Shown text={placeOf(on) || words.whole} /> },
        { head: words.columns.mode, cell: (rule) => <Mode of={rule} /> },
        {
          head: words.columns.says,
          cell: (rule) => <Shown text={said(rule)} mono first={160} />,
          wide: true,
        },
        ...(props.writes ? [{ head: words.columns.steps, cell: steps }] : []),
      ]}
    />
  );
}

function Mode({ of }: { of: Policy }) {
  const mode = of.mode ?? 'enforce';
  return (
    <>
      {texts.services.details.modes[mode] ?? mode} {of.until && <Time at={of.until} />}
    </>
  );
}

/** What is not about what a rule says. */
const ABOUT = ['id', 'version', 'kind', 'on', 'name', 'mode', 'until', 'default'];

/** What a rule says, member by member. */
function said(rule: Policy): string {
  const members = Object.entries(rule).filter(([name]) => !ABOUT.includes(name));
  const shown = (value: unknown) =>
    typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : [value].flat().join(', ');
  return members.map(([name, value]) => `${name}: ${shown(value)}`).join('; ');
}
