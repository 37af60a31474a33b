//! Detects hosts that are this machine.

use std::net::IpAddr;

use http::Uri;

/// Returns `true` if a URI refers to this machine: a loopback address, `localhost`, or a name below
/// it.
pub(crate) fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    // A cheap check first: few other hosts end with the same letter as these names and addresses.
    match host.as_bytes().last() {
        Some(b't' | b'T') => {
            let name = b"localhost";
            let bytes = host.as_bytes();
            let Some(start) = bytes.len().checked_sub(name.len()) else {
                return false;
            };
            let is_whole = start == 0 || bytes.get(start - 1) == Some(&b'.');
            is_whole && bytes[start..].eq_ignore_ascii_case(name)
        }
        Some(b'0'..=b'9' | b']') => {
            let address = host.trim_start_matches('[').trim_end_matches(']');
            address.parse().is_ok_and(|address| match address {
                IpAddr::V4(address) => address.is_loopback(),
                IpAddr::V6(address) => {
                    address.is_loopback()
                        || address.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
                }
            })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_distinguished_from_others() {
        for host in [
            "localhost",
            "LOCALHOST:80",
            "a.b.localhost",
            "127.0.0.1:1",
            "127.255.0.9",
            "[::1]",
            "[::ffff:127.0.0.1]:8",
        ] {
            let uri = format!("http://{host}/x").parse().unwrap();
            assert!(is_loopback(&uri), "{host}");
        }
        for host in [
            "example.com",
            "notlocalhost",
            "localhost.example.net",
            "t",
            "10.0.0.1",
            "0.0.0.0",
            "[2001:db8::1]",
            "128.0.0.1",
        ] {
            let uri = format!("http://{host}/x").parse().unwrap();
            assert!(!is_loopback(&uri), "{host}");
        }
        assert!(!is_loopback(&"/relative".parse().unwrap()));
    }
}
