import { useEffect } from 'react';

/**
 * Gives the focus back when a dialog closes: to what opened it or, where that is gone, to the page's heading.
 * Mantine does so only for dialogs that stay mounted while they are closed.
 */
export function useFocusBack(opened: boolean): void {
  useEffect(() => {
    if (!opened) return;
    const opener = document.activeElement;
    return () => {
      setTimeout(() => {
        if (document.activeElement !== document.body) return;
        const there = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
        (there ? opener : document.querySelector<HTMLElement>('h1'))?.focus();
      });
    };
  }, [opened]);
}
