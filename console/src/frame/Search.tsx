import { Combobox, Stack, Text, TextInput, useCombobox, VisuallyHidden } from '@mantine/core';
import { useDebouncedValue, useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ClipboardEvent, useEffect, useMemo, useState } from 'react';
import { useMay } from '../api/me';
import { useSignal } from '../api/signals';
import { Dialog } from '../parts/Dialog';
import { isDialogOpen } from '../parts/dialogs';
import { plain } from '../parts/Shown';
import { asked, atOnce, distinct, type Hit, keyOf } from '../search/find';
import { masked } from '../search/mask';
import { understand } from '../search/understand';
import { texts } from '../texts';
import { singleKeys } from './keys';
import { isFor, PAGES } from './pages';
import classes from './Search.module.css';

/** How long after the last key Postern is asked, in milliseconds. */
const PAUSE = 150;

/**
 * Searches everywhere (`/` or Ctrl-K). What is pasted loses its secrets before it stands in the field: nothing
 * secret is shown, kept or sent.
 */
export function Search(props: { opened: boolean; onOpen: () => void; onClose: () => void }) {
  const single = useSignal(singleKeys);
  const open = () => {
    if (!isDialogOpen()) props.onOpen();
  };
  useHotkeys(single ? [['/', open]] : []);
  // This one works from within fields, too.
  useHotkeys([['mod+K', open]], []);
  return (
    <Dialog
      opened={props.opened}
      onClose={props.onClose}
      title={texts.search.title}
      size="xl"
      yOffset="8vh"
      transitionProps={{ duration: 0 }}
    >
      <Finder onClose={props.onClose} />
    </Dialog>
  );
}

function Finder(props: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [tookOut, setTookOut] = useState(false);
  const box = useCombobox({ opened: true });
  const navigate = useNavigate();
  const { hits, asking } = useHits(text);

  // The first result is the one that Enter goes to.
  const shown = hits.map(keyOf).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new list of results begins anew
  useEffect(() => {
    box.selectFirstOption();
  }, [shown]);

  const take = (typed: string) => {
    const left = masked(typed);
    if (left !== typed) setTookOut(true);
    else if (typed === '') setTookOut(false);
    setText(left);
  };
  // A field of one line would drop the line ends of a pasted command, and with them its words' borders.
  const paste = (event: ClipboardEvent<HTMLInputElement>) => {
    const pasted = event.clipboardData.getData('text');
    if (!pasted.includes('\n') && masked(pasted) === pasted) return;
    event.preventDefault();
    const { selectionStart, selectionEnd } = event.currentTarget;
    const [from, to] = [selectionStart ?? text.length, selectionEnd ?? text.length];
    take(text.slice(0, from) + pasted.replaceAll(/[\\^]?\r?\n/g, ' ') + text.slice(to));
  };
  const go = (at: string) => {
    const hit = hits[Number(at)];
    if (!hit) return;
    props.onClose();
    navigate({ to: hit.to, search: hit.search ?? {} });
  };
  const empty = text.trim() === '';
  return (
    <Combobox store={box} onOptionSubmit={go}>
      <Stack gap="xs">
        <Combobox.EventsTarget withExpandedAttribute>
          <TextInput
            label={texts.search.label}
            description={texts.search.help}
            leftSection={<IconSearch size={16} aria-hidden />}
            value={text}
            onChange={(event) => take(event.currentTarget.value)}
            onPaste={paste}
            // The list below is always open: Escape is for the whole of it.
            onKeyDown={(event) => {
              if (event.key === 'Escape') props.onClose();
            }}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
          />
        </Combobox.EventsTarget>
        {tookOut && (
          <Text size="sm" role="status">
            {texts.search.masked}
          </Text>
        )}
        <VisuallyHidden role="status">
          {!empty && !asking && texts.search.results(hits.length)}
        </VisuallyHidden>
        {!empty && hits.length === 0 && !asking && <Text size="sm">{texts.search.nothing}</Text>}
        <Combobox.Options aria-label={texts.search.title} className={classes.hits} hidden={hits.length === 0}>
          {hits.map((hit, at) => (
            <Combobox.Option value={String(at)} key={keyOf(hit)} className={classes.hit}>
              <span className={classes.kind}>{hit.kind}</span>
              <span className={classes.title}>
                <bdi>{plain(hit.title, 120)}</bdi>
              </span>
              {hit.beside && (
                <span className={classes.beside}>
                  <bdi>{plain(hit.beside, 120)}</bdi>
                </span>
              )}
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Stack>
    </Combobox>
  );
}

/** What a text leads to: what can be told from it at once, and what Postern says. */
function useHits(text: string): { hits: Hit[]; asking: boolean } {
  const may = useMay();
  const [settled] = useDebouncedValue(text, PAUSE);
  const found = useMemo(() => understand(text), [text]);
  const query = useQuery({
    queryKey: ['search', settled],
    queryFn: ({ signal }) => asked(understand(settled), may, signal),
    enabled: settled.trim() !== '',
    staleTime: 30_000,
  });
  const answered = settled === text ? (query.data ?? []) : [];
  const certain = atOnce(found).filter((hit) => {
    const page = PAGES.find(({ to }) => to !== '/' && hit.to.startsWith(to));
    return !page || isFor(page, may);
  });
  // Requests that were really sent come before questions about them.
  const asking = settled !== text || query.isFetching;
  if (found.requests.length > 0) return { hits: distinct([...certain, ...answered]), asking };
  // What is answered comes first: nothing is offered before, that a click or Enter could miss.
  return { hits: asking ? [] : distinct([...answered, ...certain]), asking };
}
