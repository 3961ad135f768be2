import { ActionIcon, Button, Group, Input, Radio, Stack, Text } from '@mantine/core';
import { IconArrowUp, IconTrash } from '@tabler/icons-react';
import { kindName } from '../../../parts/ways';
import { texts } from '../../../texts';
import { ANONYMOUS, type OperationWays } from './draft';

/** What an operation accepts: what its service does, that and nothing too, or its own choice in its own order. */
export function OperationWaysField(props: {
  /** What its service accepts. */
  kinds: string[];
  value: OperationWays;
  error?: string | undefined;
  onChange: (value: OperationWays) => void;
}) {
  const { kinds, value, onChange } = props;
  const words = texts.ways.operation;
  const choose = (as: string) => {
    if (as === 'own') onChange({ as, accepts: [...kinds] });
    if (as === 'service' || as === 'optional') onChange({ as });
  };
  return (
    <Stack gap="xs">
      <Radio.Group label={words.label} error={props.error} value={value.as} onChange={choose}>
        <Stack gap={6} mt={4}>
          <Radio value="service" label={words.service(kinds.map(kindName).join(', '))} />
          <Radio value="optional" label={words.optional} />
          <Radio value="own" label={words.own} />
        </Stack>
      </Radio.Group>
      {value.as === 'own' && (
        <Ordered
          all={[...kinds, ANONYMOUS]}
          chosen={value.accepts}
          onChange={(accepts) => onChange({ as: 'own', accepts })}
        />
      )}
    </Stack>
  );
}

/** Some of several kinds, in an order. */
function Ordered(props: { all: string[]; chosen: string[]; onChange: (chosen: string[]) => void }) {
  const { chosen, onChange } = props;
  const words = texts.ways.operation;
  const others = props.all.filter((kind) => !chosen.includes(kind));
  const earlier = (at: number) => {
    const moved = chosen.filter((_, other) => other !== at);
    moved.splice(at - 1, 0, chosen[at] as string);
    onChange(moved);
  };
  return (
    <Stack gap={4} ps="xl" component="section" aria-label={words.some}>
      <Input.Label component="div">{words.some}</Input.Label>
      {chosen.length === 0 && (
        <Text size="sm" c="red">
          {words.none}
        </Text>
      )}
      <ol style={{ margin: 0, paddingInlineStart: '1.5rem' }}>
        {chosen.map((kind, at) => (
          <li key={kind}>
            <Group gap={4} wrap="nowrap">
              <Text size="sm">{kindName(kind)}</Text>
              {at > 0 && (
                <ActionIcon
                  variant="subtle"
                  aria-label={words.up(kindName(kind))}
                  onClick={() => earlier(at)}
                >
                  <IconArrowUp size={16} aria-hidden />
                </ActionIcon>
              )}
              <ActionIcon
                variant="subtle"
                aria-label={words.remove(kindName(kind))}
                onClick={() => onChange(chosen.filter((other) => other !== kind))}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </Group>
          </li>
        ))}
      </ol>
      <Group gap="xs">
        {others.map((kind) => (
          <Button key={kind} size="compact-sm" variant="default" onClick={() => onChange([...chosen, kind])}>
            {words.add(kindName(kind))}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
