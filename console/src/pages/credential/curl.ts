import { accessQuery } from '../../api/apps';
import { answer, api, type Schemas } from '../../api/client';
import { queries } from '../../api/queries';
import { curlOf, withKey } from '../../parts/curl';

type Callable = Schemas['Callable'];

/** A request that a new key is good for: an operation, and what it asks of its callers. */
export interface Example {
  method: string;
  path: string;
  /** Where the key is looked for. */
  places: { headers: string[]; query: string[] };
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

/** Of what an app may call, what is best for trying a key of it. */
export function tried(access: Schemas['AppAccess'], key: string, environment: string): Callable | undefined {
  const fits = access.operations.filter((one) => one.environments.includes(environment));
  const named = fits.filter((one) => one.credentials.includes(key));
  const keyed = fits.filter((one) => one.credentials.length > 0);
  // Ten keys at most are named: of an app that has more, any operation that takes a key.
  const choice = named.length > 0 ? named : keyed.filter((one) => one.credentials.length >= 10);
  return choice.sort((one, other) => plainness(one) - plainness(other))[0];
}

/** Finds a request that a new key is good for; none if its app may not call anything with it. */
export async function exampleFor(
  app: string,
  key: string,
  environment: string,
): Promise<Example | undefined> {
  await queries.invalidateQueries({ queryKey: accessQuery(app).queryKey });
  const operation = tried(await queries.fetchQuery(accessQuery(app)), key, environment);
  if (!operation) return undefined;
  const name = `${operation.service}/${operation.version}/${operation.operation}`;
  const query = { operation: name, limit: 1 };
  const wanted = await answer(api.GET('/api/v1/requirements', { params: { query } }));
  const method = operation.methods.includes('GET') ? 'GET' : (operation.methods[0] ?? 'GET');
  return {
    method,
    path: operation.path,
    places: wanted.credentials ?? { headers: [], query: [] },
    hosts: wanted.hosts,
    mediaType: WITH_BODY.includes(method) ? (wanted.media_types[0]?.[0] ?? 'application/json') : undefined,
  };
}

/** A user name and password as HTTP Basic sends them: Base64 of UTF-8. */
function basic(user: string, password: string): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** The command that sends a request with a key, or with the password of a user name. */
export function commandFor(example: Example, gateway: string, secret: string, user?: string): string {
  const { method, path, mediaType } = example;
  const bare = { method, url: `${new URL(gateway).origin}${path}`, headers: [] };
  const sent: ReturnType<typeof withKey> = user
    ? { ...bare, headers: [['Authorization', basic(user, secret)]] }
    : withKey(bare, example.places, secret);
  if (!mediaType) return curlOf(sent);
  return curlOf({ ...sent, headers: [...sent.headers, ['Content-Type', mediaType]], body: '{}' });
}
