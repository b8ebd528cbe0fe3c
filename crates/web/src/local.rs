//! Where passwords and data may travel without encryption: within this machine and local networks, and nowhere else.

use std::net::IpAddr;

/// What names in local networks end with; none of them can be had on the internet.
const LOCAL_ENDS: [&str; 5] = [".localhost", ".local", ".lan", ".internal", ".home.arpa"];

/// Whether a host, as it stands in a URL, is this machine or in a local network. A name without a dot is one that only the local
/// network gives.
pub fn is_local_host(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&host);
    match bare.parse::<IpAddr>() {
        Ok(address) => is_local(address.to_canonical()),
        Err(_) => !host.is_empty() && (!host.contains('.') || LOCAL_ENDS.iter().any(|end| host.ends_with(end))),
    }
}

fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_local_host;

    #[test]
    fn the_internet_is_not_local() {
        let local = "127.0.0.1 127.9.9.9 10.0.0.1 172.31.0.1 192.168.1.2 169.254.1.1 [::1] [fd00::1] [fe80::1] [::ffff:10.0.0.1] \
                     localhost LOCALHOST. central kamo.local server.lan db.internal nas.home.arpa";
        let far = "8.8.8.8 172.32.0.1 100.64.0.1 [2001:db8::1] [::ffff:8.8.8.8] example.org central.example.org local.example.org \
                   evillocal.org 127.0.0.1.example.org";
        assert!(local.split_whitespace().all(is_local_host));
        assert!(!far.split_whitespace().any(is_local_host));
        assert!(!is_local_host("") && !is_local_host("."));
    }
}
