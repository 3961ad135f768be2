import { Page } from '../../parts/Page';

export default function ApprovalsPage() {
  return <Page title="approvals">…</Page>;
}
