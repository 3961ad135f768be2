import { SegmentedControl, Text } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { useAddress } from '../../parts/search';
import { texts } from '../../texts';
import { AUDIENCES } from './explained';

const words = texts.why;

/** Switches between what different people are told; nobody sees a wider view than their own. */
export function AudienceChoice(props: { shown: Schemas['Audience']; own: Schemas['Audience'] }) {
  const [, go] = useAddress();
  const allowed = AUDIENCES.slice(AUDIENCES.indexOf(props.own));
  if (allowed.length < 2) return null;
  const show = (audience: string) => go({ audience: audience === props.own ? undefined : audience }, true);
  return (
    <div>
      <SegmentedControl
        size="sm"
        aria-label={words.audience}
        value={props.shown}
        data={allowed.map((audience) => ({
          value: audience,
          label: words.audiences[audience] ?? audience,
        }))}
        onChange={show}
      />
      <Text size="xs" c="dimmed">
        {words.audienceHelp[props.shown]}
      </Text>
    </div>
  );
}
