//! The test cases of RFC 9421, appendix B. Those of responses are left out.

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// §B.1.2.
const RSA_PSS: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----";

/// §B.1.3.
const P256: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----";

/// §B.1.4.
const ED25519: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----";

/// §B.1.5.
const SHARED: &str =
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";

/// §B.2, `test-request`.
fn request() -> Request {
    Request {
        method: "POST",
        scheme: "https",
        authority: "example.com",
        target: "/foo?param=Value&Pet=dog",
        fields: vec![
            ("Host", "example.com"),
            ("Date", "Tue, 20 Apr 2021 02:07:55 GMT"),
            ("Content-Type", "application/json"),
            (
                "Content-Digest",
                "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
            ),
            ("Content-Length", "18"),
        ],
    }
}

fn key(name: &str) -> MessageKey {
    match name {
        "test-key-rsa-pss" => MessageKey::public(RSA_PSS, None).unwrap(),
        "test-key-ecc-p256" => MessageKey::public(P256, None).unwrap(),
        "test-key-ed25519" => MessageKey::public(ED25519, None).unwrap(),
        "test-shared-secret" => MessageKey::shared(&STANDARD.decode(SHARED).unwrap()).unwrap(),
        other => panic!("{other}"),
    }
}

/// Whether the one signature of a request is genuine.
fn verifies(request: &Request, input: &str, signature: &str) -> bool {
    let offered = read(input, signature).unwrap();
    let [one] = &*offered else {
        panic!("one signature")
    };
    let Ok(base) = one.base(request) else {
        return false;
    };
    let key = key(one.keyid.as_deref().unwrap());
    is_genuine(Some(&key), &base, &one.signature)
}

/// Input, and signature, of §B.2.1 to §B.2.3, §B.2.5 and §B.2.6.
const SIGNED: [(&str, &str); 5] = [
    (
        r#"sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd""#,
        "sig-b21=:d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==:",
    ),
    (
        r#"sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example""#,
        "sig-b22=:LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==:",
    ),
    (
        r#"sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss""#,
        "sig-b23=:bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==:",
    ),
    (
        r#"sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret""#,
        "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:",
    ),
    (
        r#"sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#,
        "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
    ),
];

#[test]
fn the_signatures_of_the_standard_are_genuine() {
    for (input, signature) in SIGNED {
        assert!(verifies(&request(), input, signature), "{input}");
    }
}

/// Whatever is covered and changed, makes a signature wrong; what is not covered, does not.
#[test]
fn what_is_covered_cannot_be_changed() {
    type Change = (&'static [&'static str], fn(&mut Request));
    let changes: [Change; 8] = [
        (&["@method"], |r| r.method = "PUT"),
        (&["@authority"], |r| r.authority = "example.org"),
        (&["@path"], |r| r.target = "/fo?param=Value&Pet=dog"),
        (&["@query", "@query-param"], |r| {
            r.target = "/foo?param=Value&Pet=cat";
        }),
        (&["@query", "@query-param"], |r| {
            r.target = "/foo?param=Value&Pet=dog&Pet=dog";
        }),
        (&["date"], |r| {
            r.fields[1].1 = "Tue, 20 Apr 2021 02:07:56 GMT";
        }),
        (&["content-type"], |r| {
            r.fields.push(("content-type", "text/plain"));
        }),
        (&["content-digest"], |r| {
            r.fields.remove(3);
        }),
    ];
    for (input, signature) in SIGNED {
        for (nth, (covered, change)) in changes.iter().enumerate() {
            let mut request = request();
            change(&mut request);
            let touches = covered
                .iter()
                .any(|name| input.contains(&format!("\"{name}\"")));
            assert_eq!(
                verifies(&request, input, signature),
                !touches,
                "{nth} {input}"
            );
        }
        // Nor what the signature says of itself.
        let later = input.replace("1618884473", "1618884474");
        assert!(!verifies(&request(), &later, signature), "{later}");
    }
}

/// §B.3.
#[test]
fn a_signature_of_a_proxy_is_genuine() {
    let mut request = request();
    request.authority = "service.internal.example";
    request.fields = vec![(
        "Client-Cert",
        ":MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk=:",
    )];
    assert!(verifies(
        &request,
        r#"ttrp=("@path" "@query" "@method" "@authority" "client-cert");created=1618884473;keyid="test-key-ecc-p256""#,
        "ttrp=:xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw==:",
    ));
}

/// §B.4: what proxies may do to a request, and what not.
#[test]
fn what_means_the_same_is_signed_the_same() {
    let input = r#"transform=("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519""#;
    let signature = "transform=:ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==:";
    let original = Request {
        method: "GET",
        scheme: "https",
        authority: "example.org",
        target: "/demo?name1=Value1&Name2=value2",
        fields: vec![
            ("Host", "example.org"),
            ("Date", "Fri, 15 Jul 2022 14:24:55 GMT"),
            ("Accept", "application/json"),
            ("Accept", "*/*"),
        ],
    };
    let changed = |change: fn(&mut Request)| {
        let mut request = original.clone();
        change(&mut request);
        verifies(&request, input, signature)
    };
    assert!(changed(|_| {}));
    assert!(changed(
        |r| r.target = "/demo?name1=Value1&Name2=value2&param=added"
    ));
    assert!(changed(|r| r.fields[0].0 = "host"));
    assert!(changed(
        |r| r.fields = vec![("Accept", "application/json, */*")]
    ));
    assert!(changed(|r| r.authority = "EXAMPLE.org:443"));
    assert!(!changed(|r| r.method = "POST"));
    assert!(!changed(|r| r.authority = "example.com"));
    assert!(!changed(|r| r.authority = "example.org:8443"));
    assert!(!changed(|r| r.fields.swap(2, 3)));
}

/// §2.5, the example of a base.
#[test]
fn the_base_is_that_of_the_standard() {
    let request = Request {
        fields: vec![
            ("Host", "www.example.com"),
            ("Cache-Control", "max-age=60"),
            ("Cache-Control", "must-revalidate"),
            ("X-Empty", ""),
        ],
        authority: "www.Example.com:443",
        target: "/path?a=b&fa%C3%A7ade%22%3A%20=some+thing",
        ..request()
    };
    let input = r#"sig1=("@method"   "@target-uri" "@authority" "@scheme" "@request-target" "@path" "@query" "@query-param";name="a" "@query-param";name="fa%C3%A7ade%22%3A%20" "cache-control" "x-empty");  keyid="a";created=007;odd"#;
    let offered = read(input, "sig1=:AA==:").unwrap();
    let base = String::from_utf8(offered[0].base(&request).unwrap()).unwrap();
    assert_eq!(
        base,
        r#""@method": POST
"@target-uri": https://www.example.com/path?a=b&fa%C3%A7ade%22%3A%20=some+thing
"@authority": www.example.com
"@scheme": https
"@request-target": /path?a=b&fa%C3%A7ade%22%3A%20=some+thing
"@path": /path
"@query": ?a=b&fa%C3%A7ade%22%3A%20=some+thing
"@query-param";name="a": b
"@query-param";name="fa%C3%A7ade%22%3A%20": some%20thing
"cache-control": max-age=60, must-revalidate
"x-empty": 
"@signature-params": ("@method" "@target-uri" "@authority" "@scheme" "@request-target" "@path" "@query" "@query-param";name="a" "@query-param";name="fa%C3%A7ade%22%3A%20" "cache-control" "x-empty");keyid="a";created=7;odd"#
    );
    let bare = Request {
        target: "/path",
        ..request
    };
    let offered = read(r#"a=("@query")"#, "a=:AA==:").unwrap();
    let base = String::from_utf8(offered[0].base(&bare).unwrap()).unwrap();
    assert_eq!(base, "\"@query\": ?\n\"@signature-params\": (\"@query\")");
}

/// RFC 9530, appendix B, and the content of §B.2.
#[test]
fn digests_are_those_of_the_standard() {
    let is = |digest: &str, content: &str| {
        let digests = Digests::content(std::iter::once(digest.as_bytes())).unwrap();
        digests.is_of(content.as_bytes())
    };
    let sha512 = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
    let sha256 = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
    let content = r#"{"hello": "world"}"#;
    assert!(is(sha512, content));
    assert!(is(sha256, content));
    assert!(is(&format!("{sha256}, {sha512}, md5=:AA==:"), content));
    assert!(!is(sha256, "{}"));
    assert!(!is(sha256, ""));
    // All that are there have to be right.
    let wrong = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:";
    assert!(!is(&format!("{wrong}, {sha512}"), content));
}
