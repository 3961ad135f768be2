import { TextInput, type TextInputProps } from '@mantine/core';
import { useAddress } from './search';
import { useTyped } from './typed';

/** Looks for things by what is typed. It stands in the address under `name`, so that links say it. */
export function SearchField({
  name,
  begins,
  ...field
}: Omit<TextInputProps, 'value' | 'onChange' | 'type'> & {
  name: string;
  /** What of the address begins anew where something else is looked for: the page. */
  begins?: string;
}) {
  const [search, change] = useAddress();
  const [typed, type] = useTyped(search[name] ?? '', (text) =>
    change({ [name]: text || undefined, ...(begins && { [begins]: undefined }) }, true),
  );
  return (
    <TextInput {...field} type="search" value={typed} onChange={(event) => type(event.currentTarget.value)} />
  );
}
