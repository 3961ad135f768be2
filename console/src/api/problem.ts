import type { components } from './schema';

/** What the API answers when something is not done (RFC 9457). */
export type ProblemDocument = components['schemas']['Problem'];

/** What is shown of it. What stands in between may answer too: then the code is `http.STATUS`. */
type Told = Omit<Partial<ProblemDocument>, 'code'> &
  Pick<ProblemDocument, 'title' | 'detail' | 'fix'> & { code: string };

/** A request to the API that was not done, as it is thrown. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: number,
    readonly document: Told,
    /** How many seconds to wait before asking again, where the answer says so (`Retry-After`). */
    readonly retryAfter?: number,
  ) {
    super(document.detail);
  }

  get code(): string {
    return this.document.code;
  }

  /** Reads a response that was not a success; one that is no problem document is told by its status. */
  static async of(response: Response): Promise<Problem> {
    const kind = response.headers.get('content-type') ?? '';
    if (kind.startsWith('application/problem+json')) {
      const document = (await response.json().catch(() => undefined)) as ProblemDocument | undefined;
      const wait = Number(response.headers.get('retry-after'));
      if (document) return new Problem(response.status, document, wait > 0 ? wait : undefined);
    }
    return new Problem(response.status, {
      code: `http.${response.status}`,
      title: response.statusText || `HTTP ${response.status}`,
      detail: `The answer had the status ${response.status} and was not Postern's.`,
      fix: 'Look at what stands between this browser and the admin address.',
    });
  }
}

/** The API could not be reached at all. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** The code of a problem; none for anything else that was thrown. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Problem ? error.code : undefined;
}

/** Whether a problem may say that the document was changed since it was read. */
export function mayBeStale(error: unknown): boolean {
  return ['resource.version_mismatch', 'resource.conflict'].includes(codeOf(error) ?? '');
}
