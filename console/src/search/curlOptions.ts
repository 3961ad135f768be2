/** Options of curl, up to 8.16: which take a value decides which word of a command is the address. */

/** Long options without a value; each may be negated, as `--no-buffer` is. */
const SWITCHES = words(`
  alpn anyauth append basic buffer ca-native cert-status clobber compressed compressed-ssh create-dirs
  crlf digest disable disable-eprt disable-epsv disallow-username-in-url doh-cert-status doh-insecure
  dump-ca-embed eprt epsv fail fail-early fail-with-body false-start follow form-escape ftp-create-dirs
  ftp-pasv ftp-pret ftp-skip-pasv-ip ftp-ssl-ccc ftp-ssl-control get globoff haproxy-protocol head help
  http0.9 http1.0 http1.1 http2 http2-prior-knowledge http3 http3-only ignore-content-length include
  insecure ipv4 ipv6 junk-session-cookies keepalive list-only location location-trusted
  mail-rcpt-allowfails manual metalink mptcp negotiate netrc netrc-optional next npn ntlm ntlm-wb out-null
  parallel parallel-immediate path-as-is post301 post302 post303 progress-bar progress-meter proxy-anyauth
  proxy-basic proxy-ca-native proxy-digest proxy-http2 proxy-insecure proxy-negotiate proxy-ntlm
  proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tlsv1 proxytunnel raw remote-header-name
  remote-name remote-name-all remote-time remove-on-error retry-all-errors retry-connrefused sasl-ir
  sessionid show-error silent skip-existing socks5-basic socks5-gssapi socks5-gssapi-nec ssl
  ssl-allow-beast ssl-auto-client-cert ssl-no-revoke ssl-reqd ssl-revoke-best-effort sslv2 sslv3
  styled-output suppress-connect-headers tcp-fastopen tcp-nodelay tftp-no-options tls-earlydata tlsv1
  tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time use-ascii verbose version xattr
`);

/** Long options with a value. */
const VALUED = words(`
  abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout
  connect-to continue-at cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary
  data-raw data-urlencode delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url
  dump-header ech egd-file engine etag-compare etag-save expect100-timeout form form-string ftp-account
  ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip
  header hostpubmd5 hostpubsha256 hsts interface ip-tos ipfs-gateway json keepalive-cnt keepalive-time key
  key-type knownhosts krb libcurl limit-rate local-port login-options mail-auth mail-from mail-rcpt
  max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir parallel-max
  parallel-max-host pass pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert
  proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key
  proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype
  proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 pubkey quote random-file range rate referer request
  request-target resolve retry retry-delay retry-max-time sasl-authzid service-name sigalgs socks4 socks4a
  socks5 socks5-gssapi-service socks5-hostname speed-limit speed-time ssl-sessions stderr telnet-option
  tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii
  unix-socket upload-file upload-flags url url-query user user-agent variable vlan-priority write-out
`);

/** Short options with a value: what follows in the same word, or else the next word. */
const SHORT_VALUED = 'AbCcDdEeFHKmoPQrTtUuwXxYyz';

/** An option of a command, and what stands in the same word as its value. */
export interface Option {
  /** Short names as they are, long ones without their dashes. */
  name: string;
  /** Whether a value belongs to it; unknown for an option that is not curl's. */
  valued: boolean | undefined;
  value: string | undefined;
}

/** The options in a word that begins with a dash: one long one, or a bundle of short ones. */
export function optionsIn(word: string): Option[] {
  const long = /^--([a-z][a-z\d.-]*)(?:=([\s\S]*))?$/.exec(word);
  if (long) {
    const [, name = '', value] = long;
    const valued = VALUED.has(name) || (SWITCHES.has(name.replace(/^no-/, '')) ? false : undefined);
    return [{ name, valued, value }];
  }
  const found: Option[] = [];
  if (word.startsWith('--')) return found;
  for (let at = 1; at < word.length; at += 1) {
    const name = word[at] ?? '';
    const valued = SHORT_VALUED.includes(name);
    found.push({ name, valued, value: valued ? word.slice(at + 1) || undefined : undefined });
    if (valued) break;
  }
  return found;
}

function words(text: string): Set<string> {
  return new Set(text.trim().split(/\s+/));
}
