import { useState } from 'react';
import { codeOf } from '../../api/problem';
import { Ask } from '../../parts/Ask';
import { Conflict } from '../../parts/Conflict';
import { Failure } from '../../parts/Failure';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { RolesField } from './RolesField';

/** Roles in the version in which they were read. */
export interface Read {
  roles: string[];
  version: string;
}

/** Changes roles, in a tenant or on the platform; where somebody else was faster, shows both. */
export function ChangeRoles(props: {
  title: string;
  tenant: string | null;
  roles: string[];
  version: string;
  /** Whether there has to be one left. */
  required?: boolean;
  onClose: () => void;
  /** Saves, over the version that was read. */
  save: (roles: string[], version: string, comment: string) => Promise<unknown>;
  /** Reads them as they are now. */
  read: () => Promise<Read>;
}) {
  const words = texts.users.members;
  const [roles, setRoles] = useState(props.roles);
  const [version, setVersion] = useState(props.version);
  const [theirs, setTheirs] = useState<Read>();
  const [said, setSaid] = useState('');
  const [error, setError] = useState<unknown>();
  const save = async (comment: string) => {
    setSaid(comment);
    try {
      await props.save(roles, version, comment);
    } catch (error) {
      if (codeOf(error) === 'resource.version_mismatch') setTheirs(await props.read());
      throw error;
    }
    told(words.changed);
  };
  return (
    <>
      <Ask
        opened
        onClose={props.onClose}
        title={props.title}
        action={texts.common.save}
        comment="optional"
        disabled={props.required && roles.length === 0}
        onDone={save}
      >
        <RolesField tenant={props.tenant} label={words.roles} value={roles} onChange={setRoles} />
        <Failure error={error} />
      </Ask>
      <Conflict
        opened={theirs !== undefined}
        mine={{ roles }}
        theirs={{ roles: theirs?.roles }}
        onMine={async () => {
          const now = theirs?.version ?? version;
          setTheirs(undefined);
          setVersion(now);
          try {
            await props.save(roles, now, said);
            told(words.changed);
            props.onClose();
          } catch (error) {
            if (codeOf(error) === 'resource.version_mismatch') setTheirs(await props.read());
            else setError(error);
          }
        }}
        onTheirs={() => {
          setRoles(theirs?.roles ?? roles);
          setVersion(theirs?.version ?? version);
          setTheirs(undefined);
        }}
        onClose={() => setTheirs(undefined)}
      />
    </>
  );
}
