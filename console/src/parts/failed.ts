import { createContext, useContext } from 'react';
import { Problem } from '../api/problem';

/** Says what the API said of one value of a form the last time: the errors whose pointers end so. */
export type ErrorAt = (...ends: string[]) => string | undefined;

/** What a form was not done for, for the fields in it. */
export const Failed = createContext<unknown>(undefined);

/** What the API says of the values of a form, by what it answered. */
export function errorsIn(error: unknown): ErrorAt {
  if (!(error instanceof Problem)) return () => undefined;
  return (...ends) => {
    const found = error.document.errors?.filter((one) => ends.some((end) => one.pointer.endsWith(end)));
    return found?.length ? found.map((one) => one.detail).join(' ') : undefined;
  };
}

/** What the API says of the values of the form that fields stand in. */
export function useErrorAt(): ErrorAt {
  return errorsIn(useContext(Failed));
}
