import { List, Text } from '@mantine/core';
import type { Me } from '../../api/me';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';

/** What one may do, and where. */
export function Permissions(props: { who: Me }) {
  const words = texts.account.may;
  const { platform, tenants } = props.who;
  const held: Array<[string, string[]]> = Object.entries(tenants).map(([tenant, points]) => [
    words.tenant(tenant),
    points,
  ]);
  if (platform.length > 0) held.unshift([words.platform, platform]);
  return (
    <Section title={words.title}>
      {held.length === 0 && <Text size="sm">{words.nothing}</Text>}
      {held.map(([where, points]) => (
        <details key={where}>
          <summary>
            <Shown text={where} first={80} /> · {words.points(points.length)}
          </summary>
          <List size="sm" mt={4}>
            {points.map((point) => (
              <List.Item key={point}>
                <code>{point}</code>
              </List.Item>
            ))}
          </List>
        </details>
      ))}
    </Section>
  );
}
