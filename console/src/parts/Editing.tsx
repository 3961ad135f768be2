import { type ReactNode, useState } from 'react';
import { mayBeStale } from '../api/problem';
import { texts } from '../texts';
import { Ask } from './Ask';
import { Conflict } from './Conflict';
import { Failure } from './Failure';
import { merged, patchOf, type Versioned } from './patch';

/**
 * Changes a document in a form. Only what was changed is sent, with the version that was read; where somebody
 * else was faster, both are shown, and whoever came second decides.
 */
export function Editing<T extends object>(props: {
  title: string;
  /** The document as it was read. */
  base: Versioned<T>;
  /** Reads it anew. */
  read: () => Promise<Versioned<T>>;
  write: (patch: Record<string, unknown>, version: string, comment: string) => Promise<unknown>;
  onClose: () => void;
  /** The fields of the form. */
  children: (draft: T, change: (members: Partial<T>) => void) => ReactNode;
  /** Makes of the draft what is sent. */
  finish?: (draft: T) => T;
  /** Looks at the draft before it is sent; true: something is wrong, which the form itself shows. */
  refuse?: (draft: T) => boolean;
  size?: string;
}) {
  const [base] = useState(props.base);
  const [draft, setDraft] = useState(base.value);
  const [said, setSaid] = useState('');
  const [theirs, setTheirs] = useState<Versioned<T>>();
  const [error, setError] = useState<unknown>();
  const mine = props.finish ? props.finish(draft) : draft;
  const write = async (onto: Versioned<T>, changes: Record<string, unknown>, comment: string) => {
    try {
      await props.write(changes, onto.version, comment);
      props.onClose();
    } catch (thrown) {
      const now = mayBeStale(thrown) ? await props.read() : onto;
      setTheirs(now.version === onto.version ? undefined : now);
      throw thrown;
    }
  };
  const changes = patchOf(base.value, mine);
  return (
    <>
      <Ask
        opened={theirs === undefined}
        onClose={props.onClose}
        title={props.title}
        action={texts.common.save}
        comment="optional"
        disabled={Object.keys(changes).length === 0}
        refuse={() => props.refuse?.(draft) ?? false}
        size={props.size}
        onDone={(comment) => {
          setSaid(comment);
          return write(base, changes, comment);
        }}
      >
        {props.children(draft, (members) => setDraft({ ...draft, ...members }))}
        <Failure error={error} />
      </Ask>
      {theirs && (
        <Conflict
          opened
          mine={merged(theirs.value, changes)}
          theirs={theirs.value}
          onMine={() => write(theirs, changes, said).catch(setError)}
          onTheirs={props.onClose}
          onClose={() => setTheirs(undefined)}
        />
      )}
    </>
  );
}
