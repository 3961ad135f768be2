import type { Schemas } from '../../api/client';
import type { Column } from '../../parts/DataTable';
import { Names } from '../../parts/Names';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';

type Listener = Schemas['ListenerDocument'];

const words = texts.listeners;

/** What there is to see of each listener. Members that have their default are left out of its document. */
export const COLUMNS: Array<Column<Listener>> = [
  { head: words.columns.listener, cell: ({ id = '' }) => <Shown text={id} first={80} /> },
  { head: words.columns.address, cell: ({ address }) => <Shown text={address} mono whole /> },
  { head: words.columns.tls, cell: ({ tls }) => (tls ? <Tls tls={tls} /> : words.plain) },
  {
    head: words.columns.clients,
    cell: ({ tls }) => (tls?.request_client_certificate ? words.asked : words.notAsked),
  },
  {
    head: words.columns.proxy,
    cell: ({ proxy_protocol: proxy }) =>
      proxy ? (
        <>
          {proxy.optional ? words.proxyOptional : words.proxyNeeded} <Names names={proxy.from} />
        </>
      ) : (
        words.no
      ),
  },
  { head: words.columns.http2, cell: ({ http2 }) => (http2 === false ? words.no : words.yes) },
  {
    head: words.columns.distribution,
    cell: ({ distribution }) => words.distributions[distribution ?? 'reuse_port'],
    wide: true,
  },
];

/** The versions that are spoken, and the certificates that are served. */
function Tls({ tls }: { tls: NonNullable<Listener['tls']> }) {
  // Those without a name are known by their files.
  const names = tls.certificates.map((one) => (typeof one === 'string' ? one : one.certificate));
  return (
    <>
      {words.from(tls.min_version ?? '1.2')} <Names names={names} />
      {tls.all_certificates && `, ${words.allOthers}`}
    </>
  );
}
