import { answer, api } from '../../api/client';
import { texts } from '../../texts';
import { Searched } from './Searched';

/** How many apps are offered at a time. */
const FEW = 20;

/** How much of a title helps to tell an app from others. */
const TITLE = 80;

/** Chooses an app, by its id or its title. */
export function AppField(props: {
  label: string;
  description: string;
  value: string;
  onChange: (app: string) => void;
}) {
  const find = async (q: string, signal: AbortSignal) => {
    const { items } = await answer(api.GET('/api/v1/apps', { params: { query: { q, limit: FEW } }, signal }));
    return items.map(({ id = '', title }) => ({
      value: id,
      label: title && title !== id ? `${id} · ${title.slice(0, TITLE)}` : id,
    }));
  };
  return (
    <Searched
      kind="apps"
      label={props.label}
      description={props.description}
      placeholder={texts.can.appPlaceholder}
      chosen={props.value ? { value: props.value, label: props.value } : undefined}
      onChange={(app) => props.onChange(app?.value ?? '')}
      find={find}
    />
  );
}
