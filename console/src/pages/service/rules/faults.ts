import { createContext, useContext } from 'react';
import type { Schemas } from '../../../api/client';
import { Problem } from '../../../api/problem';
import { Failed } from '../../../parts/failed';
import { texts } from '../../../texts';

/** What is wrong in a form, by the place of it in the document (RFC 6901). */
export type Faults = Record<string, string>;

/** What a form was not sent for, for the fields in it. */
export const Found = createContext<Faults>({});

/** One step of a pointer (RFC 6901). */
export function step(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

const within = (pointer: string, at: string) => pointer === at || pointer.startsWith(`${at}/`);

type FieldError = Pick<Schemas['FieldError'], 'detail' | 'within' | 'accepted'>;

/** What the API says of a place, so that it can stand beside the field: the place itself is left out. */
export function besideField({ detail, within, accepted }: FieldError): string {
  const said = detail
    .replace(/^`policies\.[^`]*` /, texts.rules.fault.this)
    .replace(/^policy `[^`]*`: /, '')
    .replace(/^policy `[^`]*` /, texts.rules.fault.thisRule);
  const found = within ? `${texts.rules.cedar.at(within)}: ${said}: ${within.label}` : said;
  return accepted ? `${found} (${accepted})` : found;
}

/** What is wrong at places of a form: by the form itself, or by what the API answered the last time. */
export type WrongAt = (...at: string[]) => string | undefined;

/** Says what is wrong at places of the form, and in what stands below them. */
export function useWrong(): WrongAt {
  const found = useContext(Found);
  const failed = useContext(Failed);
  return (...at) => {
    const here = (pointer: string) => at.some((one) => within(pointer, one));
    const own = Object.entries(found).filter(([pointer]) => here(pointer));
    if (own.length > 0) return [...new Set(own.map(([, text]) => text))].join(' ');
    const errors = failed instanceof Problem ? (failed.document.errors ?? []) : [];
    const theirs = errors.filter((one) => here(one.pointer));
    return theirs.map((one) => besideField(one)).join(' ') || undefined;
  };
}
