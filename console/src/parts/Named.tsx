import { answer, api } from '../api/client';
import { type Choice, choiceOf, Searched } from './Searched';

/** How many are offered at a time; what is typed narrows them. */
const OFFERED = 30;

interface Field {
  label: string;
  description?: string;
  required?: boolean;
  autoFocus?: boolean;
  error?: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

type Find = (q: string, signal: AbortSignal) => Promise<Choice[]>;

const FIND = {
  apps: async (q: string, signal: AbortSignal) => {
    const query = { q: q || undefined, limit: OFFERED };
    return (await answer(api.GET('/api/v1/apps', { params: { query }, signal }))).items.map(choiceOf);
  },
  services: async (q: string, signal: AbortSignal) => {
    const query = { q: q || undefined, limit: OFFERED, without: 'versions' };
    return (await answer(api.GET('/api/v1/services', { params: { query }, signal }))).items.map(choiceOf);
  },
  issuers: async (q: string, signal: AbortSignal) => {
    const query = { q: q || undefined, limit: OFFERED };
    return (await answer(api.GET('/api/v1/issuers', { params: { query }, signal }))).items.map(choiceOf);
  },
} satisfies Record<string, Find>;

/** Chooses one of what there is of a kind, by its id or its title. */
export function Named({ kind, value, onChange, ...field }: Field & { kind: keyof typeof FIND }) {
  return (
    <Searched
      {...field}
      kind={`named ${kind}`}
      chosen={value ? { value, label: value } : undefined}
      onChange={(found) => onChange(found?.value ?? '')}
      find={FIND[kind]}
    />
  );
}
