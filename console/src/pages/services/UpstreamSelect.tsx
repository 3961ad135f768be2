import { answer, api } from '../../api/client';
import { pageOf } from '../../api/pages';
import { choiceOf, Searched } from '../../parts/Searched';

/** How many are offered at a time; what is typed narrows them. */
const OFFERED = 30;

/** Chooses an upstream that exists. */
export function UpstreamSelect(props: {
  label: string;
  value: string;
  error?: string | undefined;
  onChange: (value: string) => void;
}) {
  const { label, value, error, onChange } = props;
  return (
    <Searched
      {...{ label, error }}
      required
      kind="upstreams"
      chosen={value ? { value, label: value } : undefined}
      onChange={(upstream) => onChange(upstream?.value ?? '')}
      find={async (q, signal) => {
        const { items } = await pageOf((cursor) => {
          const query = { q: q || undefined, limit: OFFERED, cursor };
          return answer(api.GET('/api/v1/upstreams', { params: { query }, signal }));
        });
        return items.map(({ id }) => choiceOf({ id }));
      }}
    />
  );
}
