import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Search } from '../../router';

/** What the address says of how a page is looked at, and the way to change members of it. */
export function useLook(): [Search, (members: Search) => void] {
  const look = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  return [
    look,
    (members) =>
      navigate({
        to: '.',
        search: (old: Search) => ({ ...old, ...members }),
        replace: true,
        resetScroll: false,
      }),
  ];
}
