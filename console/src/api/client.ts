import createClient from 'openapi-fetch';
import { Problem, Unreachable } from './problem';
import type { components, paths } from './schema';
import { reachable, signedInAgain } from './session';

/** The words of the API. */
export type Schemas = components['schemas'];

/** Where being signed out is an answer, and nothing to wait for. */
const ASKS_NOBODY = ['GET /api/v1/me', 'POST /api/v1/sign-out'];

/** Whether an answer says that nobody is signed in (any more), and not that a password was wrong. */
async function isOver(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const { code } = await Problem.of(response.clone());
  return code === 'session.missing' || code === 'credential.invalid';
}

/** Whether it was what stands between that answered, because it cannot reach Postern either. */
function isAway(response: Response): boolean {
  const ours = response.headers.get('content-type')?.startsWith('application/problem+json');
  return [502, 503, 504].includes(response.status) && !ours;
}

/**
 * Sends a request. Where the session is over, waits until somebody has signed in again and sends it once
 * more, so that no form is lost; whoever gives up gets the 401.
 */
async function send(request: Request): Promise<Response> {
  for (;;) {
    let response: Response;
    try {
      response = await fetch(request.clone());
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      reachable.set(false);
      throw new Unreachable('Postern cannot be reached.');
    }
    if (isAway(response)) {
      reachable.set(false);
      throw new Unreachable('Postern cannot be reached.');
    }
    reachable.set(true);
    const what = `${request.method} ${new URL(request.url).pathname}`;
    if (ASKS_NOBODY.includes(what) || !(await isOver(response))) return response;
    if (!(await signedInAgain())) return response;
  }
}

const client = createClient<paths>({ fetch: send });

// What is not a success is thrown, so that every caller deals with answers only.
client.use({
  async onResponse({ response }) {
    if (!response.ok) throw await Problem.of(response);
    return undefined;
  },
});

type Answered<T> = { data?: T; response: Response };

/** What was answered; a problem was thrown before. */
export async function answer<T>(asked: Promise<Answered<T>>): Promise<T> {
  return (await asked).data as T;
}

/** What was answered, with the version (`ETag`) that `If-Match` takes. */
export async function versioned<T>(asked: Promise<Answered<T>>): Promise<{ value: T; version: string }> {
  const { data, response } = await asked;
  return { value: data as T, version: response.headers.get('etag') ?? '*' };
}

/** The management API, typed by its OpenAPI document. */
export const api = client;
