import { Text } from '@mantine/core';
import { Ask } from '../../parts/Ask';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { BY, type Session, signAllOut, signOut, type Which } from './sessions';

const words = texts.sessions;

/** Who is signed in, as people would say it. */
export function whoOf({ user, subject }: Session): string {
  return user ?? subject ?? words.somebody;
}

/** Signs somebody out of a service. */
export function SignOutOne({ session, onClose }: { session: Session; onClose: () => void }) {
  return (
    <Asked
      title={words.signOutOf(whoOf(session), session.service)}
      explain={words.explain}
      onClose={onClose}
      onDone={async (reason) => {
        const ended = await signOut(session, reason);
        told(ended === 0 ? words.already : words.done(ended));
      }}
    />
  );
}

/** Signs out all whose sessions are meant. */
export function SignOutAll({ which, onClose }: { which: Which; onClose: () => void }) {
  const named = BY.flatMap((name) => (which[name] ? [words.which[name](which[name])] : []));
  return (
    <Asked
      title={named.length > 0 ? words.signOutAll : words.everybody}
      explain={named.length > 0 ? words.explainAll(named.join(words.and)) : words.explainEverybody}
      onClose={onClose}
      onDone={async (reason) => told(words.done(await signAllOut(which, reason)))}
    />
  );
}

/** Asks before sessions end, and why: whoever was signed in reads that. */
function Asked(props: {
  title: string;
  explain: string;
  onClose: () => void;
  onDone: (reason: string) => Promise<void>;
}) {
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={props.title}
      action={words.signOut}
      danger
      comment="required"
      onDone={props.onDone}
    >
      <Text size="sm">{props.explain}</Text>
      <Text size="sm" c="dimmed">
        {words.reasonHelp}
      </Text>
    </Ask>
  );
}
