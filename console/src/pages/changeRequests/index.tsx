import { Page } from '../../parts/Page';

export default function ChangeRequestsPage() {
  return <Page title="changeRequests">…</Page>;
}
