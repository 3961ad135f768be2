import { IconPencil } from '@tabler/icons-react';
import { Standing, type Tone } from '../../parts/Standing';
import { texts } from '../../texts';
import type { State } from './versions';

const TONES: Record<State, Tone> = { draft: 'over', published: 'good', deprecated: 'warn', retired: 'bad' };

/** The state of a version; with its name where there are several. */
export function VersionState(props: { state: State; name?: string }) {
  return (
    <Standing tone={TONES[props.state]} {...(props.state === 'draft' ? { icon: IconPencil } : {})}>
      {props.name && `${props.name} `}
      {texts.services.state[props.state]}
    </Standing>
  );
}
