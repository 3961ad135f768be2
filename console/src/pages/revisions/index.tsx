import { Page } from '../../parts/Page';

export default function RevisionsPage() {
  return <Page title="revisions">…</Page>;
}
