import { answer, api } from '../../api/client';
import { type Issuer, issuerQuery, refreshIssuers } from '../../api/issuers';
import { queries } from '../../api/queries';
import { Editing } from '../../parts/Editing';
import { bodyOf, patching, type Versioned } from '../../parts/patch';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { finished } from '../issuers/draft';
import { IssuerFields } from '../issuers/IssuerFields';

/** Changes an issuer. */
export function EditIssuer(props: { of: Versioned<Issuer>; onClose: () => void }) {
  const { id } = props.of.value;
  const words = texts.issuers.page;
  return (
    <Editing
      title={words.editTitle(id)}
      base={props.of}
      read={() => queries.fetchQuery({ ...issuerQuery(id), staleTime: 0 })}
      write={async (patch, version, comment) => {
        await answer(
          api.PATCH('/api/v1/issuers/{id}', {
            params: { path: { id }, query: { comment: comment || undefined }, header: patching(version) },
            body: bodyOf(patch),
          }),
        );
        told(words.saved(id));
        await refreshIssuers();
      }}
      finish={finished}
      onClose={props.onClose}
    >
      {(draft, change) => <IssuerFields name={id} draft={draft} change={change} autoFocus />}
    </Editing>
  );
}
