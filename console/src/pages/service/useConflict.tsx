import { type ReactNode, useState } from 'react';
import { Conflict } from '../../parts/Conflict';

/** Two versions of one document, and what its question says where it differs from the usual. */
export interface Sides {
  mine: object;
  theirs: object;
  explain?: string;
  keep?: string;
  yours?: string;
  take?: string;
}

/** What somebody decides who met another's change: to go on, to let theirs stay, or nothing yet. */
export type Decided = 'mine' | 'theirs' | 'nothing';

/** Shows two versions of a document and waits for what is decided. */
export function useConflict(): {
  ask: (sides: Sides) => Promise<Decided>;
  asking: boolean;
  dialog: ReactNode;
} {
  const [question, setQuestion] = useState<{ sides: Sides; done: (decided: Decided) => void }>();
  const decide = (decided: Decided) => () => {
    setQuestion(undefined);
    question?.done(decided);
  };
  return {
    ask: (sides) => new Promise((done) => setQuestion({ sides, done })),
    asking: question !== undefined,
    dialog: question && (
      <Conflict
        opened
        {...question.sides}
        onMine={decide('mine')}
        onTheirs={decide('theirs')}
        onClose={decide('nothing')}
      />
    ),
  };
}
