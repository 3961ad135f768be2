import { Empty } from './Empty';

/** Where there is nothing to list: since nothing is like what is looked for, or since there is none at all. */
export function NoneFound(props: {
  words: { none: string; noneHelp: string; noneFound: string; noneFoundHelp: string };
  /** Whether something was looked for. */
  narrowed: boolean;
}) {
  const { words, narrowed } = props;
  return (
    <Empty title={narrowed ? words.noneFound : words.none}>
      {narrowed ? words.noneFoundHelp : words.noneHelp}
    </Empty>
  );
}
