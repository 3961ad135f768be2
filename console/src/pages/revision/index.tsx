import { Page } from '../../parts/Page';

export default function RevisionPage() {
  return <Page title="revision">…</Page>;
}
