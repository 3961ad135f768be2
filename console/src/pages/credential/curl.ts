import { accessQuery, type Credential } from '../../api/apps';
import { answer, api, type Schemas } from '../../api/client';
import { PRODUCTION } from '../../api/gateway';
import { queries } from '../../api/queries';
import { curlOf, type Sent } from '../../parts/curl';
import { type Accepted, type Has, sentBy } from '../../parts/ways';
import { type CredentialKind, kindOf } from './kinds';

type Callable = Schemas['Callable'];

/** A request that a credential is good for: an operation, and what it asks of its callers. */
export interface Example {
  method: string;
  path: string;
  accepted: Accepted;
  /** The hosts of the service; none: every one. */
  hosts: string[];
  mediaType: string | undefined;
}

/** Methods whose requests have a body. */
const WITH_BODY = ['POST', 'PUT', 'PATCH'];

/** How little a request does and needs: reading before changing, without parameters before with. */
function plainness(operation: Callable): number {
  const reads = operation.methods.length === 0 || operation.methods.includes('GET');
  return (reads ? 0 : 2) + (operation.path.includes('{') ? 1 : 0);
}

/** Of what an app may call, what is best for trying a credential of it. */
export function tried(access: Schemas['AppAccess'], id: string, environment: string): Callable | undefined {
  const fits = access.operations.filter((one) => one.environments.includes(environment));
  const named = fits.filter((one) => one.credentials.includes(id));
  const keyed = fits.filter((one) => one.credentials.length > 0);
  // Ten credentials at most are named: of an app that has more, any operation that takes one.
  const choice = named.length > 0 ? named : keyed.filter((one) => one.credentials.length >= 10);
  return choice.sort((one, other) => plainness(one) - plainness(other))[0];
}

/** Finds a request that a credential is good for; none if its app may not call anything with it. */
export async function exampleFor(credential: Credential): Promise<Example | undefined> {
  const { app, id = '', environment = PRODUCTION } = credential;
  await queries.invalidateQueries({ queryKey: accessQuery(app).queryKey });
  const operation = tried(await queries.fetchQuery(accessQuery(app)), id, environment);
  if (!operation) return undefined;
  const name = `${operation.service}/${operation.version}/${operation.operation}`;
  const query = { operation: name, limit: 1 };
  const wanted = await answer(api.GET('/api/v1/requirements', { params: { query } }));
  const accepted = wanted.credentials ?? { kinds: [], headers: [], query: [] };
  if (!wayOf(kindOf(credential), accepted)) return undefined;
  const any = operation.methods.length === 0;
  const method = any || operation.methods.includes('GET') ? 'GET' : (operation.methods[0] ?? 'GET');
  return {
    method,
    path: operation.path,
    accepted,
    hosts: wanted.hosts,
    mediaType: WITH_BODY.includes(method) ? (wanted.media_types[0]?.[0] ?? 'application/json') : undefined,
  };
}

/** The way in that a credential of a kind opens. A secret signs in both ways, that of RFC 9421 as well. */
function wayOf(kind: CredentialKind, { kinds }: Accepted): string | undefined {
  const ways = kind === 'hmac' ? ['hmac', 'signature'] : [kind];
  return ways.find((way) => kinds.includes(way));
}

/** The command that sends a request with a credential of a kind. */
export function commandFor(example: Example, gateway: string, kind: CredentialKind, has: Has): string {
  const { method, path, mediaType, accepted } = example;
  const bare: Sent = { method, url: `${new URL(gateway).origin}${path}`, headers: [] };
  const sent: Sent = mediaType ? { ...bare, headers: [['Content-Type', mediaType]], body: '{}' } : bare;
  return curlOf(sentBy(wayOf(kind, accepted) ?? kind, accepted, sent, has));
}
