import { List } from '@mantine/core';
import { useInViewport } from '@mantine/hooks';
import { useMay } from '../../api/me';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import { type Usage, type Use, useUsage } from './usage';

const words = texts.lists.usedBy;

/** What uses a list, in a cell of a table: asked for once the row is in view. */
export function UsedBy(props: { list: string }) {
  const { ref, inViewport } = useInViewport<HTMLSpanElement>();
  const usage = useUsage(props.list, inViewport);
  const mayRead = useMay()('policies.read');
  return (
    <span ref={ref}>
      {!mayRead && words.unknown}
      {usage && (usage.uses.length > 0 ? <Shown text={named(usage.uses)} first={120} /> : nobody(usage))}
    </span>
  );
}

/** What uses a list, each with where it holds. */
export function Uses(props: { list: string }) {
  const usage = useUsage(props.list);
  if (!usage) return null;
  if (usage.uses.length === 0) return <>{nobody(usage)}</>;
  return (
    <List listStyleType="none">
      {usage.uses.map((use) => (
        <List.Item key={`${use.kind} ${use.name} ${use.does}`}>
          <Shown text={`${named([use])}: ${use.on}`} first={200} />
        </List.Item>
      ))}
    </List>
  );
}

/** That nothing uses a list, as far as whoever looks may know. */
function nobody(usage: Usage): string {
  return usage.all ? words.none : words.noneSeen;
}

/** The names of what uses a list, and what each does to those on it. */
export function named(uses: Use[]): string {
  return uses.map(({ name, does }) => words.use(name ?? words.edge, does)).join(', ');
}
