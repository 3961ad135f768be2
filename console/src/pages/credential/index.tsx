import { Page } from '../../parts/Page';

export default function CredentialPage() {
  return <Page title="credential">…</Page>;
}
