import { Problem } from '../../api/problem';

/** What the API says of one value of a form: the errors whose pointers end so. */
export function errorAt(error: unknown, ...ends: string[]): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  const found = error.document.errors?.filter((one) => ends.some((end) => one.pointer.endsWith(end)));
  return found?.length ? found.map((one) => one.detail).join(' ') : undefined;
}
