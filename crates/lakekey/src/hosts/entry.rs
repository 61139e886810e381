use std::time::{Duration, SystemTime};

use lakekey_endpoints::{Host, HostMetadata};
use serde_json::{Value, json};

/// What is remembered of one host: its last answer, and when it last gave none.
///
/// Moments are of the wall clock, since other processes read them too. One that lies ahead is a
/// sign of a clock that was wrong, then or now, and counts for nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    answer: Option<(SystemTime, HostMetadata)>,
    failed: Option<SystemTime>,
}

impl Entry {
    /// Reads an entry and checks its metadata as if the host had just sent it. An entry that makes
    /// no sense, or is of another host, is an empty one.
    pub(super) fn read(bytes: &[u8], host: &Host) -> Self {
        let document: Value = serde_json::from_slice(bytes).unwrap_or_default();
        if document[HOST] != host.as_str() {
            return Self::default();
        }
        let metadata = document[METADATA].to_string();
        let metadata = HostMetadata::parse(metadata.as_bytes(), host).ok();
        Self {
            answer: moment(&document[ASKED]).zip(metadata),
            failed: moment(&document[FAILED]),
        }
    }

    /// The text that [`Entry::read`] reads.
    pub(super) fn text(&self, host: &Host) -> String {
        let Self { answer, failed } = self;
        let mut document = json!({ HOST: host.as_str() });
        if let Some((asked, metadata)) = answer {
            document[ASKED] = seconds(*asked);
            document[METADATA] = serde_json::from_str(&metadata.document()).unwrap_or_default();
        }
        if let Some(failed) = failed {
            document[FAILED] = seconds(*failed);
        }
        document.to_string()
    }

    /// Whether the host need not be asked: it answered a while ago, or gave no answer just now.
    pub(super) fn is_settled(&self, now: SystemTime) -> bool {
        let answered = self.answer.as_ref().map(|(asked, _)| *asked);
        is_within(answered, now, GOOD) || is_within(self.failed, now, PAUSE)
    }

    /// The last answer, unless it is too old even to stand in for a new one.
    pub(super) fn metadata(&self, now: SystemTime) -> Option<&HostMetadata> {
        let (asked, metadata) = self.answer.as_ref()?;
        is_within(Some(*asked), now, STANDS_IN).then_some(metadata)
    }

    /// The entry once the host has been asked at `now`.
    pub(super) fn followed_by(self, answer: Option<HostMetadata>, now: SystemTime) -> Self {
        match answer {
            Some(metadata) => Self {
                answer: Some((now, metadata)),
                failed: None,
            },
            None => Self {
                failed: Some(now),
                ..self
            },
        }
    }
}

fn is_within(moment: Option<SystemTime>, now: SystemTime, time: Duration) -> bool {
    moment.is_some_and(|moment| now.duration_since(moment).is_ok_and(|age| age < time))
}

fn moment(seconds: &Value) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds.as_u64()?))
}

fn seconds(moment: SystemTime) -> Value {
    let since = moment.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(Value::Null, |since| since.as_secs().into())
}

const HOST: &str = "host";
const ASKED: &str = "asked";
const METADATA: &str = "metadata";
const FAILED: &str = "failed";

/// How long an answer is good.
const GOOD: Duration = Duration::from_secs(60 * 60);
/// How long a host that gave no answer is left alone.
const PAUSE: Duration = Duration::from_secs(60);
/// How long an answer stands in while no new one can be had. What a host serves hardly ever
/// changes, and to mistake an account's login for a workspace's would spend its refresh token.
const STANDS_IN: Duration = Duration::from_secs(30 * 24 * 60 * 60);

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use lakekey_endpoints::{Host, HostMetadata};
    use serde_json::{Value, json};

    use super::Entry;

    const HOUR: u64 = 3600;
    const DAY: u64 = 24 * HOUR;

    fn host() -> Host {
        "https://w.example.test".parse().unwrap()
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn metadata() -> HostMetadata {
        HostMetadata::parse(br#"{"host_type":"unified","account_id":"a"}"#, &host()).unwrap()
    }

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        let answered = Entry::default().followed_by(Some(metadata()), at(DAY));
        let text = answered.text(&host());
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            document,
            json!({
                "host": "https://w.example.test",
                "asked": 86400,
                "metadata": {"account_id": "a", "host_type": "unified"},
            })
        );
        assert_eq!(Entry::read(text.as_bytes(), &host()), answered);
        let failed = answered.followed_by(None, at(DAY + HOUR));
        let text = failed.text(&host());
        assert_eq!(Entry::read(text.as_bytes(), &host()), failed);
    }

    #[test]
    fn what_makes_no_sense_counts_for_nothing() {
        for text in [
            "",
            "\0",
            "{",
            "[]",
            "null",
            "{}",
            r#"{"host":"https://other.example.test","asked":86400,"metadata":{}}"#,
            r#"{"host":"https://w.example.test","asked":"86400","metadata":{}}"#,
            r#"{"host":"https://w.example.test","asked":-1,"metadata":{}}"#,
            r#"{"host":"https://w.example.test","asked":18446744073709551615,"metadata":{}}"#,
            r#"{"host":"https://w.example.test","asked":86400,"metadata":7}"#,
            r#"{"host":"https://w.example.test","asked":86400}"#,
            r#"{"host":"https://w.example.test","asked":86400,
                "metadata":{"oidc_endpoint":"https://evil.example.test/oidc"}}"#,
        ] {
            let entry = Entry::read(text.as_bytes(), &host());
            assert_eq!(entry, Entry::default(), "{text}");
            assert!(!entry.is_settled(at(DAY)), "{text}");
        }
    }

    #[test]
    fn an_answer_is_good_for_an_hour_and_stands_in_for_a_month() {
        let entry = Entry::default().followed_by(Some(metadata()), at(DAY));
        for (now, settled) in [
            (DAY - 1, false),
            (DAY, true),
            (DAY + HOUR - 1, true),
            (DAY + HOUR, false),
            (31 * DAY, false),
        ] {
            assert_eq!(entry.is_settled(at(now)), settled, "at {now}");
        }
        assert!(entry.metadata(at(31 * DAY - 1)).is_some());
        assert_eq!(entry.metadata(at(31 * DAY)), None);
    }

    #[test]
    fn a_failure_counts_for_a_minute() {
        let never = Entry::default().followed_by(None, at(DAY));
        let once = Entry::default()
            .followed_by(Some(metadata()), at(DAY - HOUR))
            .followed_by(None, at(DAY));
        for (now, settled) in [(DAY - 1, false), (DAY + 59, true), (DAY + 60, false)] {
            assert_eq!(never.is_settled(at(now)), settled, "at {now}");
            assert_eq!(never.metadata(at(now)), None, "at {now}");
            assert_eq!(once.metadata(at(now)), Some(&metadata()), "at {now}");
        }
        assert!(once.is_settled(at(DAY + 59)) && !once.is_settled(at(DAY + 60)));
    }
}
