/** Searches everywhere. */
export function Search(_props: { opened: boolean; onOpen: () => void; onClose: () => void }) {
  return null;
}
