import { IconCircleCheck, IconList, IconServerOff, IconShieldX } from '@tabler/icons-react';
import { texts } from '../../texts';
import { Choices } from './Choices';
import { type Looked, WHOSE } from './looked';
import type { Counts } from './Nothing';

const words = texts.refusals.whose;

const ICONS = {
  refused: IconShieldX,
  origin_refused: IconServerOff,
  allowed: IconCircleCheck,
  all: IconList,
};

/** Postern's refusals, the upstream's own, what passed, and all: apart, each with its number. */
export function WhoseTabs({ at, counts }: { at: Looked; counts: Counts | undefined }) {
  return (
    <Choices
      tabs
      label={words.label}
      chosen={at.whose}
      choices={WHOSE.map((whose) => {
        const Icon = ICONS[whose];
        const count = counts?.[whose];
        return {
          key: whose,
          change: { outcome: whose === 'refused' ? undefined : whose },
          label: (
            <>
              <Icon size={16} aria-hidden />
              {words.names[whose]}
              {count !== undefined && <span> · {count.toLocaleString()}</span>}
            </>
          ),
        };
      })}
    />
  );
}
