import { answer, api } from '../../api/client';
import { pageOf } from '../../api/pages';
import { choiceOf, Searched } from '../../parts/Searched';
import { texts } from '../../texts';

/** How many apps are offered at a time. */
const FEW = 20;

/** Chooses an app, by its id or its title. */
export function AppField(props: {
  label: string;
  description: string;
  value: string;
  onChange: (app: string) => void;
}) {
  const find = async (q: string, signal: AbortSignal) => {
    const { items } = await pageOf((cursor) => {
      const query = { q, limit: FEW, cursor };
      return answer(api.GET('/api/v1/apps', { params: { query }, signal }));
    });
    return items.map(choiceOf);
  };
  return (
    <Searched
      kind="apps"
      inPlace
      label={props.label}
      description={props.description}
      placeholder={texts.can.appPlaceholder}
      chosen={props.value ? { value: props.value, label: props.value } : undefined}
      onChange={(app) => props.onChange(app?.value ?? '')}
      find={find}
    />
  );
}
