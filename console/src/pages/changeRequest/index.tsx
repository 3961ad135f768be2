import { Page } from '../../parts/Page';

export default function ChangeRequestPage() {
  return <Page title="changeRequest">…</Page>;
}
