import type { App } from '../../api/apps';
import { Fact, Facts } from '../../parts/Facts';
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
      <Facts>
        <Fact name={words.state}>
          <AppState of={app} />
        </Fact>
        <Fact name={words.suspendedSince}>{app.suspended_at && <Time at={app.suspended_at} />}</Fact>
        <Fact name={words.reason}>{app.reason && <Shown text={app.reason} />}</Fact>
        <Fact name={words.name}>{app.title && <Shown text={app.title} />}</Fact>
        <Fact name={words.tenant}>
          <Shown text={app.tenant} />
        </Fact>
        <Fact name={words.description}>{app.description && <Shown text={app.description} />}</Fact>
        <Fact name={words.contact}>{app.contact && <Shown text={app.contact} />}</Fact>
        <Fact name={words.tags}>{some(app.tags) || undefined}</Fact>
        <Fact name={words.roles}>{some(app.access_roles) || undefined}</Fact>
        <Fact name={words.groups}>{some(app.groups) || undefined}</Fact>
      </Facts>
    </Section>
  );
}

/** Whether an app may act. */
export function AppState(props: { of: App }) {
  const suspended = props.of.state === 'suspended';
  return <Standing tone={suspended ? 'bad' : 'good'} word={suspended ? words.suspended : words.active} />;
}
