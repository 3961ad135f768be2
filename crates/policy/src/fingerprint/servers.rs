//! Web servers' own pages, and what answers of all kinds say in standard fields.

use super::Confidence::{High, Low, Medium};
use super::Kind::{Authentication, Limit, Permission, Routing, Server};
use super::Mark::{Body, Empty, Exactly, Field, NoField, Status};
use super::{Sign, sign};

const ERROR_LOG: &str = "Its error log says why: a rule about addresses or methods, files that it may not read, or a firewall inside of it.";
const OWN: &str = "It wants a credential of its own: have the upstream's settings add one, or forward the caller's (`forward_credential`).";
const SCOPE: &str =
    "The token that goes up lacks a scope there: `WWW-Authenticate` of the answer names it.";
const RATE: &str = "It counts all callers as one where it knows the gateway's address only: raise its limit, or let it count by caller.";

#[rustfmt::skip]
pub(super) const SIGNS: &[Sign] = &[
    sign("OpenResty", Server, High, &[Body("<hr><center>openresty")], ERROR_LOG),
    sign("nginx", Server, High, &[Status(&[413]), Body("<hr><center>nginx")], "Raise `client_max_body_size` there."),
    sign("nginx", Server, High, &[Status(&[405]), Body("<hr><center>nginx")], "It serves files there, and no program: compare `location` with the path that goes up."),
    sign("nginx", Server, High, &[Status(&[400]), Body("<hr><center>nginx"), Body("SSL certificate")], "It wants a client certificate: give the upstream one in `tls`."),
    sign("nginx", Server, High, &[Status(&[400]), Body("<hr><center>nginx"), Body("plain HTTP request was sent to HTTPS port")], "The upstream speaks TLS: give it `tls`."),
    sign("nginx", Authentication, High, &[Status(&[401]), Body("<hr><center>nginx")], OWN),
    sign("nginx", Server, High, &[Body("<hr><center>nginx")], ERROR_LOG),
    sign("Apache httpd", Authentication, High, &[Status(&[401]), Body("<address>Apache/")], OWN),
    sign("Apache httpd", Server, High, &[Body("You don't have permission to access this resource."), Body("<address>Apache")], ERROR_LOG),
    sign("Apache httpd", Server, Medium, &[Body("You don't have permission to access this resource.")], ERROR_LOG),
    sign("Apache httpd", Server, High, &[Body("<address>Apache/")], ERROR_LOG),
    sign("IIS", Server, High, &[Body("403 - Forbidden: Access is denied.")], "`sc-substatus` in its log tells the reasons apart."),
    sign("IIS", Server, High, &[Body("HTTP Error 403.")], "The number behind the point tells the reasons apart."),
    sign("HAProxy", Server, Medium, &[Body("Request forbidden by administrative rules.")], "A rule `http-request deny` matched: its log has the flags `PR--`."),
    sign("Tomcat", Server, High, &[Body("<h3>Apache Tomcat/")], "A constraint of the container refused, before the application: look at `web.xml` and at its valves."),
    sign("Jetty", Server, High, &[Body("Powered by Jetty://")], "A constraint of the container refused, before the application."),
    sign("LiteSpeed", Server, High, &[Body("Proudly powered by LiteSpeed Web Server")], ERROR_LOG),
    sign("Varnish", Server, High, &[Body("Guru Meditation")], "A `synth` of its VCL refused: its log has the XID of the answer."),
    sign("PHP-FPM", Server, High, &[Exactly("Access denied."), Field("x-powered-by", "php")], "The script's name does not end as `security.limit_extensions` asks."),
    sign("Caddy", Server, Low, &[Field("server", "caddy"), Empty], "A `respond` or `abort` of its configuration matched."),
    sign("Werkzeug", Server, Medium, &[Body("<!doctype html>\n<html lang=en>\n<title>4")], "The application called `abort` with this status: its log says where."),
    sign("Express", Routing, Medium, &[Body("<pre>Cannot POST ")], "The application has no route for this method and path: compare the path that goes up."),
    sign("Express", Routing, Medium, &[Body("<pre>Cannot PUT ")], "The application has no route for this method and path: compare the path that goes up."),
    sign("Express", Routing, Medium, &[Body("<pre>Cannot GET ")], "The application has no route for this method and path: compare the path that goes up."),
    sign("a program in Go, or Traefik", Routing, Medium, &[Exactly("404 page not found")], "It has no such route: compare host and path that go up."),
    sign("an OAuth resource server", Permission, High, &[Field("www-authenticate", "insufficient_scope")], SCOPE),
    sign("an OAuth resource server", Authentication, High, &[Field("www-authenticate", "invalid_token")], "The token that goes up is not accepted there: compare its issuer, audience and end with what it trusts."),
    sign("the upstream", Authentication, Medium, &[Status(&[401]), Field("www-authenticate", "bearer")], OWN),
    sign("the upstream", Authentication, Medium, &[Status(&[401]), Field("www-authenticate", "basic")], OWN),
    sign("the upstream", Authentication, Medium, &[Status(&[401]), Field("www-authenticate", "digest")], OWN),
    sign("the upstream", Authentication, Medium, &[Status(&[401]), Field("www-authenticate", "negotiate")], OWN),
    sign("the upstream", Authentication, Medium, &[Status(&[401]), Field("www-authenticate", "")], OWN),
    sign("the upstream", Authentication, Low, &[Status(&[401]), NoField("www-authenticate")], OWN),
    sign("the upstream", Authentication, Low, &[Status(&[403]), Body("Authentication required")], OWN),
    sign("the upstream", Limit, Medium, &[Status(&[429])], RATE),
    sign("the upstream", Limit, Medium, &[Status(&[403]), Field("retry-after", "")], RATE),
    sign("the upstream", Limit, Low, &[Status(&[403]), Field("x-ratelimit-limit", ""), Field("x-ratelimit-remaining", "0")], RATE),
    sign("the upstream", super::Kind::Csrf, Low, &[Status(&[400, 403]), Body("CSRF")], "Send the token that the application asks for, and its cookie; see whether the gateway passes both on."),
    sign("the upstream", super::Kind::Csrf, Low, &[Status(&[400, 403]), Body("csrf")], "Send the token that the application asks for, and its cookie; see whether the gateway passes both on."),
];
