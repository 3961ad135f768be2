import { Page } from '../../parts/Page';

export default function AppsPage() {
  return <Page title="apps">…</Page>;
}
