import { useEffect, useRef } from 'react';

/** The dialogs that are open, the topmost last, each with what Escape does to it. */
const open: Array<{ escape: () => void }> = [];

/** Whether a dialog is open: the keys of the frame belong to the page below, and rest meanwhile. */
export function isDialogOpen(): boolean {
  return open.length > 0;
}

/** Escape is for the topmost dialog alone, unless something in it (a list that is open) wants it first. */
function pressed(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.isComposing) return;
  const wanted =
    event.target instanceof Element && event.target.getAttribute('data-mantine-stop-propagation');
  if (wanted !== 'true') open.at(-1)?.escape();
}

window.addEventListener('keydown', pressed, { capture: true });

/** Counts a dialog among those that are open, while it is. */
export function useOpenDialog(opened: boolean, onEscape: () => void): void {
  const latest = useRef(onEscape);
  latest.current = onEscape;
  useEffect(() => {
    if (!opened) return;
    const entry = { escape: () => latest.current() };
    open.push(entry);
    return () => {
      open.splice(open.indexOf(entry), 1);
    };
  }, [opened]);
}
