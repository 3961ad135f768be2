import type { Credential } from '../../api/apps';
import { Shown } from '../../parts/Shown';
import { ThingLink } from '../../parts/ThingLink';
import { kindName } from '../../parts/ways';
import { texts } from '../../texts';
import { kindOf } from './kinds';

/** What proves a credential: the kind, and of tokens whose they are. */
export function Proof({ of }: { of: Credential }) {
  const { client } = of;
  const words = texts.apps.proof;
  return (
    <>
      {kindName(kindOf(of))}
      {client && (
        <div>
          {client.id === '*' ? words.everyClient : <Shown text={client.id} mono first={60} />} {words.of}{' '}
          <ThingLink kind="issuer" id={client.issuer} />
        </div>
      )}
    </>
  );
}
