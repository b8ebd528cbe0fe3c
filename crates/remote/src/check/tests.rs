use sitesync_core::protocol::{WaitReply, WaitRequest};

use super::*;
use crate::link::{Checked, Credentials, Greeting, Sending, TlsFault};
use crate::site::{Reply, Step};
use crate::testing::{configuration, info};

struct Answers {
    greeting: Result<Greeting, LinkError>,
    checked: Result<Checked, LinkError>,
}

impl Link for Answers {
    fn send<'a>(&'a self, _: &'a Step, _: &'a Credentials) -> Sending<'a, Reply> {
        unreachable!("checking sends nothing that changes anything")
    }

    fn wait<'a>(&'a self, _: &'a WaitRequest, _: &'a Credentials) -> Sending<'a, WaitReply> {
        unreachable!("checking waits for nothing")
    }

    fn greet<'a>(&'a self, _: &'a str) -> Sending<'a, Greeting> {
        Box::pin(async { self.greeting.clone() })
    }

    fn check<'a>(&'a self, _: &'a LoginRequest, _: &'a str) -> Sending<'a, Checked> {
        Box::pin(async { self.checked.clone() })
    }
}

struct At(Millis);

impl Clock for At {
    fn now(&self) -> Millis {
        self.0
    }
}

fn greeting() -> Greeting {
    Greeting { name: "sitesync".to_owned(), versions: vec![1], clock: Some(1_000_000) }
}

fn request() -> LoginRequest {
    let configuration = configuration();
    LoginRequest {
        name: configuration.site_name,
        secret: configuration.secret,
        hardware_id: configuration.hardware_id,
        data_file: "file".to_owned(),
        device_type: String::new(),
        app_name: String::new(),
        app_version: String::new(),
        versions: vec![1],
    }
}

fn asked(code: &str, status: u16) -> LinkError {
    let error = ErrorText { code: code.to_owned(), message: "No.".to_owned(), next: "Do.".to_owned() };
    LinkError::Asked { status, error, retry_after: None }
}

#[tokio::test]
async fn each_cause_stands_at_its_step() {
    let host = || "central".to_owned();
    let before = [
        (LinkError::Url("x".to_owned()), What::Url),
        (LinkError::NotResolved { host: host() }, What::Name),
        (LinkError::Refused { host: host() }, What::Connection),
        (LinkError::Unreachable { host: host(), reason: String::new() }, What::Connection),
        (LinkError::Tls { host: host(), fault: TlsFault::Expired }, What::Tls),
        (LinkError::NotSitesync("x".to_owned()), What::Server),
        (LinkError::Moved("x".to_owned()), What::Server),
        (LinkError::Silent { seconds: 1 }, What::Server),
        (LinkError::Versions { ours: vec![1], theirs: vec![2] }, What::Version),
    ];
    let after = [
        (asked("site_credentials_refused", 401), What::Credentials),
        (asked("site_auth_timeout", 429), What::Credentials),
        (asked("site_incorrect_hardware_id", 403), What::Device),
        (asked("site_former_device", 403), What::Device),
        (asked("api_version_incompatible", 400), What::Version),
        (asked("server_fault", 500), What::Server),
    ];
    let before = before.into_iter().map(|(error, what)| (Err(error), what));
    let after = after.into_iter().map(|(error, what)| (Ok(error), what));
    for (error, what) in before.chain(after) {
        let (greeted, checked) = match &error {
            Err(error) => (Err(error.clone()), Ok(Checked::default())),
            Ok(error) => (Ok(greeting()), Err(error.clone())),
        };
        let link = Answers { greeting: greeted, checked };
        let report = check(&link, &At(1_000_000), "https://central", &request()).await;
        assert!(!report.ok, "{error:?}");
        assert!(report.code.is_some());
        for step in &report.steps {
            let expected = match step.what.cmp(&what) {
                std::cmp::Ordering::Less => Verdict::Passed,
                std::cmp::Ordering::Equal => Verdict::Failed,
                std::cmp::Ordering::Greater => Verdict::Skipped,
            };
            assert_eq!(step.result, expected, "{error:?}: {:?}", step.what);
            assert!(step.result != Verdict::Failed || !step.next.is_empty(), "{error:?} says what to do");
        }
    }
}

#[tokio::test]
async fn a_good_connection_says_who_the_site_is_and_what_a_sync_would_do() {
    let cases =
        [(true, 1_000_000, Verdict::Passed), (false, 1_400_000, Verdict::Warning), (true, 400_000, Verdict::Warning)];
    for (bound, now, clock) in cases {
        let checked = Checked { site: Some(info()), bound, clock: None };
        let link = Answers { greeting: Ok(greeting()), checked: Ok(checked) };
        let report = check(&link, &At(now), "http://10.0.0.1", &request()).await;
        assert!(report.ok);
        assert_eq!(report.steps[What::Tls as usize].result, Verdict::Warning, "http is told");
        assert!(report.steps[What::Credentials as usize].text.contains("clinic"));
        assert_eq!(report.steps[What::Device as usize].text.contains("free"), !bound);
        assert_eq!(report.steps[What::Clock as usize].result, clock);
    }
}
