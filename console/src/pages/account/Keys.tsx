import { Switch } from '@mantine/core';
import { useSignal } from '../../api/signals';
import { setSingleKeys, singleKeys } from '../../frame/keys';
import { Section } from '../../parts/Page';
import { texts } from '../../texts';

/** Whether single keys do something on every page. */
export function Keys() {
  const on = useSignal(singleKeys);
  const words = texts.account.keys;
  return (
    <Section title={words.title}>
      <Switch
        label={words.label}
        description={words.help}
        checked={on}
        onChange={(event) => setSingleKeys(event.currentTarget.checked)}
      />
    </Section>
  );
}
