import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Search } from '../router';

/**
 * What the page's address says behind `?`, and how to change some of it; what is undefined goes. With
 * `replace`, where it is how the same page is looked at, the way back does not lead through it, and the page
 * stays where it was scrolled to.
 */
export function useAddress(): [Search, (changed: Search, replace?: boolean) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const change = (changed: Search, replace = false) =>
    void navigate({
      to: '.',
      search: (old: Search) => ({ ...old, ...changed }),
      replace,
      resetScroll: !replace,
    });
  return [search, change];
}
