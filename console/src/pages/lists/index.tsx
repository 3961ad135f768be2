import { Page } from '../../parts/Page';

export default function ListsPage() {
  return <Page title="lists">…</Page>;
}
