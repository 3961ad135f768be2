import { Page } from '../../parts/Page';

export default function ListPage() {
  return <Page title="list">…</Page>;
}
