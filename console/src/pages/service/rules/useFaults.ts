import { useState } from 'react';
import { faultsOf } from './check';
import type { Draft } from './document';
import type { Faults } from './faults';
import type { Kind } from './kinds';

/** What is wrong with a rule, once somebody has tried to send it; from then on, as they type. */
export function useFaults(kind: Kind): {
  faults: (draft: Draft) => Faults;
  refuse: (draft: Draft) => boolean;
} {
  const [tried, setTried] = useState(false);
  return {
    faults: (draft) => (tried ? faultsOf(kind, draft) : {}),
    refuse: (draft) => {
      const wrong = Object.keys(faultsOf(kind, draft)).length > 0;
      setTried(wrong);
      return wrong;
    },
  };
}
