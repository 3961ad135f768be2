import { Page } from '../../parts/Page';

export default function AppPage() {
  return <Page title="app">…</Page>;
}
