import type { IssuerKeys } from '../../api/issuers';
import { Standing, type Tone } from '../../parts/Standing';
import { texts } from '../../texts';

const words = texts.issuers.keys;

/** How the keys of an issuer stand, in a word or two. */
export function KeysStanding({ of }: { of: IssuerKeys }) {
  const [tone, said] = standing(of);
  return <Standing tone={tone}>{said}</Standing>;
}

function standing(of: IssuerKeys): [Tone, string] {
  if (of.kind === 'introspection') return ['good', words.asked];
  const known = of.keys ?? undefined;
  const fails = of.failing_since_ms != null;
  if (known !== undefined)
    return fails ? ['warn', `${words.known(known)}; ${words.failing}`] : ['good', words.known(known)];
  return fails ? ['bad', words.missing] : ['over', words.waiting];
}
