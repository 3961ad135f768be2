import type { App } from '../../api/apps';
import { Facts } from '../../parts/Facts';
import { Names } from '../../parts/Names';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Standing } from '../../parts/Standing';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';

const words = texts.apps.app;

/** What an app is: whose, for what, and whether it may act. */
export function About(props: { of: App }) {
  const app = props.of;
  const some = (names: string[] | undefined) => names && names.length > 0 && <Names names={names} />;
  return (
    <Section title={words.about}>
      <Facts
        facts={{
          [words.state]: <AppState of={app} />,
          [words.suspendedSince]: app.suspended_at && <Time at={app.suspended_at} />,
          [words.reason]: app.reason && <Shown text={app.reason} />,
          [words.name]: app.title && <Shown text={app.title} />,
          [words.tenant]: <Shown text={app.tenant} />,
          [words.description]: app.description && <Shown text={app.description} />,
          [words.contact]: app.contact && <Shown text={app.contact} />,
          [words.tags]: some(app.tags) || undefined,
          [words.roles]: some(app.access_roles) || undefined,
          [words.groups]: some(app.groups) || undefined,
        }}
      />
    </Section>
  );
}

/** Whether an app may act. */
export function AppState(props: { of: App }) {
  const suspended = props.of.state === 'suspended';
  return <Standing tone={suspended ? 'bad' : 'good'}>{suspended ? words.suspended : words.active}</Standing>;
}
