import { Page } from '../../parts/Page';

export default function UserPage() {
  return <Page title="user">…</Page>;
}
