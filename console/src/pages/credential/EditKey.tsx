import { type Credential, credentialQuery, refreshApps } from '../../api/apps';
import { answer, api } from '../../api/client';
import { queries } from '../../api/queries';
import { Editing } from '../../parts/Editing';
import { bodyOf, patching, type Versioned } from '../../parts/patch';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { useGrants } from './grants';
import { finished, KeyFields } from './KeyFields';

/** Changes a key: its name, what it carries, its expiry, its restrictions. */
export function EditKey(props: { of: Versioned<Credential>; onClose: () => void }) {
  const id = props.of.value.id ?? '';
  const grants = useGrants(props.of.value.app);
  return (
    <Editing
      title={texts.apps.editKey.title(id)}
      base={props.of}
      read={() => queries.fetchQuery({ ...credentialQuery(id), staleTime: 0 })}
      write={async (patch, version, comment) => {
        await answer(
          api.PATCH('/api/v1/credentials/{id}', {
            params: { path: { id }, query: { comment: comment || undefined }, header: patching(version) },
            body: bodyOf(patch),
          }),
        );
        told(texts.apps.editKey.done(id));
        await refreshApps();
      }}
      finish={finished}
      onClose={props.onClose}
    >
      {(draft, change) => <KeyFields draft={draft} change={change} grants={grants} early />}
    </Editing>
  );
}
