import { TextInput } from '@mantine/core';
import { useErrorAt } from '../../parts/failed';
import { texts } from '../../texts';
import { UpstreamSelect } from '../services/UpstreamSelect';

/** Where a version answers, and where it goes. */
export interface Place {
  path: string;
  upstream: string;
}

/** What a version's document says of its place. */
export function placeOf(version: { base_path?: string; upstream?: string } | undefined): Place {
  return { path: version?.base_path ?? '', upstream: version?.upstream ?? '' };
}

/** Asks for the place of a version. */
export function PlaceFields(props: { value: Place; onChange: (value: Place) => void }) {
  const { value, onChange } = props;
  const words = texts.services.version;
  const errorAt = useErrorAt();
  return (
    <>
      <TextInput
        label={words.path}
        description={words.pathHelp}
        value={value.path}
        error={errorAt('/base_path')}
        onChange={(event) => onChange({ ...value, path: event.currentTarget.value })}
      />
      <UpstreamSelect
        label={texts.services.upstreamChoice.legend}
        value={value.upstream}
        error={errorAt('/upstream')}
        onChange={(upstream) => onChange({ ...value, upstream })}
      />
    </>
  );
}
