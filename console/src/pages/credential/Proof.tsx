import type { Credential } from '../../api/apps';
import { Shown } from '../../parts/Shown';
import { ThingLink } from '../../parts/ThingLink';
import { kindName } from '../../parts/ways';
import { texts } from '../../texts';
import { kindOf, knownBy } from './kinds';

/** What proves a credential: the kind, and what it is told by. */
export function Proof({ of }: { of: Credential }) {
  const { client, password, signing_key } = of;
  const known = knownBy(of);
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
      {password && (
        <div>
          <Shown text={password.user} mono first={60} />
        </div>
      )}
      {signing_key?.key_id && (
        <div>
          {words.keyId} <Shown text={signing_key.key_id} mono first={60} />
        </div>
      )}
      {known && (
        <div>
          {texts.apps.proofs.names[known[0] as keyof typeof texts.apps.proofs.names]}{' '}
          <Shown text={known[1]} mono first={60} />
        </div>
      )}
    </>
  );
}
