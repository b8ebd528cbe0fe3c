//! What the demo says on the terminal.

use std::time::Duration;

use anyhow::Result;
use sitesync_pages::LINES;

use super::keys::{Keys, Login};
use crate::output::print;

/// A line with the time of day.
pub(super) fn line(text: &str) -> Result<()> {
    let now = jiff::ZonedDateTime::now();
    print(&format!("{} {text}\n", now.strftime("%H:%M:%S")))
}

/// "0.4 s", "12 s", "3 min".
pub(super) fn lasted(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..120 => format!("{} s", time.as_secs()),
        _ => format!("{} min", time.as_secs() / 60),
    }
}

pub(super) fn records(count: u64) -> String {
    if count == 1 { "1 record".to_owned() } else { format!("{count} records") }
}

/// A server, for the list at the start.
pub(super) struct Address<'a> {
    pub(super) name: &'a str,
    pub(super) kind: &'a str,
    pub(super) url: &'a str,
    pub(super) login: &'a Login,
}

/// What is printed at every start.
pub(super) fn welcome(directory: &str, keys: &Keys, servers: &[Address<'_>]) -> Result<()> {
    let mut text = format!("\nA small country, its data in {directory}\n\n");
    for Address { name, kind, url, login } in servers {
        let Login { user, password } = login;
        text += &format!("  {name:16} {kind:14} {url:24} user {user:6} password {password}\n");
    }
    if let Some(central) = servers.first() {
        text += &format!("\n  Cut the line of a site in the browser, and restore it: {}{LINES}\n", central.url);
    }
    text += &format!("\n  Try this: {}\n", hint(keys.starts, servers));
    text += "\n  Ctrl-C stops. A second start goes on where this one stopped; --fresh starts anew.\n\n";
    print(&text)
}

/// One thing to try, another one at each start.
fn hint(starts: u64, servers: &[Address<'_>]) -> String {
    let (Some(central), Some(site)) = (servers.first(), servers.last()) else { return String::new() };
    let curl = |server: &Address<'_>, path: &str| {
        format!("curl -u {}:{} {}{path}", server.login.user, server.login.password, server.url)
    };
    let hints = [
        format!(
            "open {}/ in a browser, sign in as {}, and watch the sites come and go",
            central.url, central.login.user
        ),
        format!("what does {} still have to send?\n    {}", site.name, curl(site, "/api/status")),
        format!("ask the central server for its sites:\n    {}", curl(central, "/api/sites")),
        "stop with Ctrl-C in the middle of everything and start again: nothing is lost, and the sums agree".to_owned(),
    ];
    let at = usize::try_from(starts.saturating_sub(1) % hints.len() as u64).unwrap_or_default();
    hints[at].clone()
}
