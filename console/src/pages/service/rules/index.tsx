import { Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '../../../api/client';
import { useMay } from '../../../api/me';
import { useMayIn } from '../../../api/rights';
import { Empty } from '../../../parts/Empty';
import { Loaded } from '../../../parts/Loaded';
import { Section } from '../../../parts/Page';
import { texts } from '../../../texts';
import type { Service } from '../documents';
import { Proposed } from '../useSaving';
import { AddRule } from './AddRule';
import { ChooseKind } from './ChooseKind';
import type { Policy } from './document';
import { EditRule } from './EditRule';
import { Enforce } from './Enforce';
import type { Kind } from './kinds';
import { rulesQuery, shadowQuery } from './policy';
import { RemoveRule } from './RemoveRule';
import { RulesTable } from './RulesTable';

const words = texts.rules;

/** What is being done with rules. */
export type Doing =
  | { what: 'choose' }
  | { what: 'add'; kind: Kind }
  | { what: 'edit' | 'remove' | 'enforce'; rule: Policy }
  | { what: 'proposed'; id: string };

/** The rules of a service. */
export function Rules({ service }: { service: Service }) {
  if (!useMay()('policies.read')) return <Empty title={words.unseen}>{words.unseenDetail}</Empty>;
  return <RulesSeen service={service} />;
}

function RulesSeen({ service }: { service: Service }) {
  const query = useQuery(rulesQuery(service.id));
  const rules = query.data ?? [];
  const tried = rules.some(({ mode }) => mode === 'shadow');
  const shadow = useQuery({ ...shadowQuery(service.id), enabled: tried });
  const writes = useMayIn()('policies.write', service.tenant);
  const [doing, setDoing] = useState<Doing>();
  // A dialog that has done its work closes itself; by then what it proposed may be told of.
  const close = () => setDoing((now) => (now?.what === 'proposed' && now !== doing ? now : undefined));
  const countsOf = (rule: Policy) =>
    rule.mode === 'shadow'
      ? shadow.data?.policies.find(({ policy }) => policy === rule.id)?.shadow
      : undefined;
  return (
    <Section
      title={words.title}
      id="rules"
      actions={
        writes && (
          <Button
            size="xs"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setDoing({ what: 'choose' })}
          >
            {words.choose}
          </Button>
        )
      }
    >
      <Text size="sm" c="dimmed">
        {words.about}
      </Text>
      <Loaded query={query}>
        {(rules) =>
          rules.length === 0 ? (
            <Empty title={words.none}>{words.noneDetail}</Empty>
          ) : (
            <RulesTable rules={rules} service={service} writes={writes} countsOf={countsOf} onDo={setDoing} />
          )
        }
      </Loaded>
      <Dialogs
        service={service}
        doing={doing}
        taken={rules.map(({ id }) => id)}
        countsOf={countsOf}
        onDo={setDoing}
        onClose={close}
      />
    </Section>
  );
}

/** The dialog in which something is done with a rule, if there is one. */
function Dialogs(props: {
  service: Service;
  doing: Doing | undefined;
  taken: string[];
  countsOf: (rule: Policy) => Schemas['ShadowCounts'] | undefined;
  onDo: (doing: Doing) => void;
  onClose: () => void;
}) {
  const { service, doing, onClose } = props;
  const onProposed = (id: string) => props.onDo({ what: 'proposed', id });
  switch (doing?.what) {
    case 'choose':
      return <ChooseKind onChoose={(kind) => props.onDo({ what: 'add', kind })} onClose={onClose} />;
    case 'add':
      return <AddRule service={service} kind={doing.kind} taken={props.taken} onClose={onClose} />;
    case 'edit':
      return <EditRule service={service} rule={doing.rule} onClose={onClose} onProposed={onProposed} />;
    case 'remove':
      return <RemoveRule service={service} rule={doing.rule} onClose={onClose} onProposed={onProposed} />;
    case 'enforce':
      return <Enforce rule={doing.rule} counts={props.countsOf(doing.rule)} onClose={onClose} />;
    case 'proposed':
      return <Proposed id={doing.id} onClose={onClose} />;
    default:
      return null;
  }
}
