import type { Schemas } from '../../../api/client';
import { filled } from '../../../parts/fields';
import { patchOf as differences } from '../../../parts/patch';
import type { Signed } from '../../../parts/signing';
import { type Accepted, USUAL_SIGNED } from '../../../parts/ways';
import type { Operation, Service } from '../documents';

/** The header that a key stands in where nothing is said. */
export const USUAL_HEADER = 'X-API-Key';

/** Kinds of credentials that a service may accept, in the order in which callers are asked for them. */
export const KINDS = ['api_key', 'jwt', 'session', 'signature', 'hmac', 'basic', 'mtls'] as const;

/** A kind of credential that a service may accept: the member of `authentication` that says so. */
export type Kind = (typeof KINDS)[number];

/** What a service says that it accepts. Members that have their default are left out. */
export type Authentication = Partial<Omit<Schemas['ConfiguredAuthentication'], Kind>> & {
  api_key?: Partial<Schemas['ConfiguredApiKey']>;
  jwt?: Pick<Schemas['ConfiguredJwt'], 'issuers'> &
    Partial<Omit<Schemas['ConfiguredJwt'], 'issuers' | 'dpop'>> & {
      dpop?: Partial<Schemas['ConfiguredDpop']> | undefined;
    };
  session?: Partial<Omit<Schemas['ConfiguredSession'], 'cookie'>> & {
    cookie?: Partial<Schemas['ConfiguredSessionCookie']> | undefined;
  };
  signature?: Partial<Schemas['ConfiguredSignature']>;
  hmac?: Partial<Schemas['ConfiguredHmac']>;
  basic?: object;
  mtls?: object;
};

/** Whose client certificates a service trusts. */
export type Trusted = Partial<Schemas['ConfiguredClientCertificate']>;

/** What the form of a service's ways in holds. */
export interface WaysDraft {
  /** Nobody is asked who they are. */
  open: boolean;
  said: Authentication;
  /** Whose client certificates are trusted, whether they say who calls or not. */
  trusted?: Trusted | undefined;
}

/** What a kind says where it has just been chosen. */
const BEGINNINGS: Required<Pick<Authentication, Kind>> = {
  api_key: {},
  jwt: { issuers: [] },
  session: {},
  signature: {},
  hmac: {},
  basic: {},
  mtls: {},
};

/** Certificates are one way among others: whoever has none is told of the others, too. */
const TRUSTED: Trusted = { authorities: '', required: false };

/** What `authentication` says besides the kinds. */
const OTHERS = ['subscription', 'forward_credential'];

/** The kinds that are said to be accepted: those that this console has fields for first, in their order. */
export function kindsOf(said: Authentication | undefined): string[] {
  const members = Object.entries(said ?? {}).filter(([, value]) => value !== undefined);
  const all = members.map(([name]) => name).filter((name) => !OTHERS.includes(name));
  const at = (kind: string) => (KINDS as readonly string[]).indexOf(kind) >>> 0;
  return all.sort((one, other) => at(one) - at(other));
}

/** The ways into a service as their form has them: one that says no kind accepts keys. */
export function draftOf({ authentication, client_certificate: trusted }: Service): WaysDraft {
  const said = authentication as Authentication | undefined;
  if (said === undefined) return { open: true, said: {}, trusted };
  return { open: false, said: kindsOf(said).length > 0 ? said : { ...said, api_key: {} }, trusted };
}

/** The draft with a kind more, or less. */
export function choosing(draft: WaysDraft, kind: Kind, chosen: boolean): WaysDraft {
  const { [kind]: _, ...others } = draft.said;
  const said = chosen ? { ...draft.said, [kind]: BEGINNINGS[kind] } : others;
  if (kind !== 'mtls') return { ...draft, said };
  // What connections need stays, where it was there before.
  const trusted = chosen ? (draft.trusted ?? TRUSTED) : isTrusted(draft.trusted) ? draft.trusted : undefined;
  return { ...draft, said, trusted };
}

/** Whether some client certificates are trusted. */
function isTrusted(trusted: Trusted | undefined): boolean {
  return Boolean(trusted?.authorities?.trim());
}

/** The headers that a key may stand in. */
export function headersOf(said: Authentication): string[] {
  return said.api_key ? [said.api_key.header ?? USUAL_HEADER].flat() : [];
}

/** The query parameters that a key may stand in. */
export function queryOf(said: Authentication): string[] {
  return [said.api_key?.query ?? []].flat();
}

/** Whether a draft lets anybody in, and says all that it takes. */
export function isWhole({ open, said, trusted }: WaysDraft): boolean {
  if (open) return true;
  const key = !said.api_key || headersOf(said).length > 0 || queryOf(said).length > 0;
  const session = !said.session || Boolean(said.session.issuer?.trim() && said.session.client_id?.trim());
  const tokens = !said.jwt || filled(said.jwt.issuers).length > 0;
  const certificates = !said.mtls || isTrusted(trusted);
  return kindsOf(said).length > 0 && key && tokens && session && certificates;
}

/** A draft without what was left empty, as a service says it. */
function finished({ open, said }: Omit<WaysDraft, 'trusted'>): Authentication | undefined {
  if (open) return undefined;
  const made: Authentication = { ...said };
  if (made.api_key?.query && queryOf(said).length === 0) {
    const { query: _, ...key } = made.api_key;
    made.api_key = key;
  }
  if (made.forward_credential === false) delete made.forward_credential;
  if (made.subscription === true) delete made.subscription;
  return made;
}

/** What a form changes of a service (RFC 7396): only what is another now, so that others' changes stay. */
export function patchOf(draft: WaysDraft, service: Service): Record<string, unknown> {
  const trusted = isTrusted(draft.trusted) ? draft.trusted : undefined;
  const certificates = differences(
    { client_certificate: service.client_certificate },
    { client_certificate: trusted },
  );
  return { ...authenticationOf(draft, service), ...certificates };
}

function authenticationOf(draft: WaysDraft, service: Service): Record<string, unknown> {
  const before = service.authentication as Authentication | undefined;
  const now = finished(draft);
  if (now === undefined) return before === undefined ? {} : { authentication: null };
  if (before === undefined) return { authentication: now };
  // What it does without saying so, it need not say: beside another kind, it has to.
  const unsaid = kindsOf(before).length === 0 && kindsOf(now).join() === 'api_key';
  if (unsaid && JSON.stringify(now.api_key) === '{}') delete now.api_key;
  const patch = differences(before, now);
  return Object.keys(patch).length > 0 ? { authentication: patch } : {};
}

/** The change of a service with which it accepts an issuer's tokens, besides what it accepts. */
export function accepting(service: Service, issuer: string): Record<string, unknown> {
  const { said } = draftOf(service);
  const jwt = { ...said.jwt, issuers: [...(said.jwt?.issuers ?? []), issuer] };
  return authenticationOf({ open: false, said: { ...said, jwt } }, service);
}

/** What a draft accepts, as callers see it. */
export function acceptedBy({ open, said }: WaysDraft): Accepted {
  if (open) return { kinds: [], headers: [], query: [] };
  const cookie = said.session?.cookie?.name;
  const { signature, hmac, jwt } = said;
  return {
    kinds: kindsOf(said),
    headers: headersOf(said),
    query: queryOf(said),
    ...(cookie && { cookie }),
    ...(jwt?.dpop && { dpop: jwt.dpop.required ? ('required' as const) : ('optional' as const) }),
    ...(jwt?.resource_metadata && { metadata: jwt.resource_metadata }),
    ...(signature && { signature: signedBy(signature, signature.components) }),
    ...(hmac && { hmac: signedBy(hmac, ['@method', '@path', '@query', ...(hmac.headers ?? USUAL_HEADERS)]) }),
  };
}

/** What signatures by a secret cover besides method, target and time, where nothing is said. */
export const USUAL_HEADERS = ['host'];

/** What signatures have to be like. */
function signedBy(
  { nonce, digest }: { nonce?: Schemas['ConfiguredDemand']; digest?: Schemas['ConfiguredDemand'] },
  components: readonly string[] = USUAL_SIGNED.components,
): Signed {
  return { components, nonce: nonce === 'required', digest: digest !== 'optional' };
}

/** What an operation accepts: what its service does, that and nothing too, or its own choice in its own order. */
export type OperationWays = { as: 'service' } | { as: 'optional' } | { as: 'own'; accepts: string[] };

/** No credential at all, among the kinds that an operation accepts. */
export const ANONYMOUS = 'anonymous';

/** What an operation says that it accepts. */
export function waysOfOperation(operation: Operation | undefined): OperationWays {
  if (operation?.accepts) return { as: 'own', accepts: [...operation.accepts] };
  return operation?.anonymous ? { as: 'optional' } : { as: 'service' };
}

/** The members of an operation that say what it accepts (RFC 7396). */
export function membersOf(ways: OperationWays): { accepts: string[] | null; anonymous: true | null } {
  return {
    accepts: ways.as === 'own' ? ways.accepts : null,
    anonymous: ways.as === 'optional' ? true : null,
  };
}

/** What an operation of a service accepts, as its callers see it, and whether they may send none. */
export function acceptedIn(service: Service, ways: OperationWays): Accepted & { optional: boolean } {
  const all = acceptedBy(draftOf(service));
  if (ways.as !== 'own') return { ...all, optional: ways.as === 'optional' };
  const kinds = ways.accepts.filter((kind) => kind !== ANONYMOUS);
  const keys = kinds.includes('api_key');
  return {
    ...all,
    kinds,
    headers: keys ? all.headers : [],
    query: keys ? all.query : [],
    optional: ways.accepts.includes(ANONYMOUS),
  };
}
