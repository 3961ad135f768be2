import { Page } from '../../parts/Page';

export default function AuditPage() {
  return <Page title="audit">…</Page>;
}
