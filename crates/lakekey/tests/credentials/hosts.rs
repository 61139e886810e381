//! What a host says about itself: asked when an answer needs it, remembered, never in the way.

use std::sync::Arc;
use std::time::Duration;

use lakekey::{
    ACCOUNT_ID, CLOUD, Code, FileHostCache, HOST as HOST_ATTRIBUTE, HostCache, MemoryHostCache,
    Origin, Target, WORKSPACE_ID,
};
use lakekey_mock::{DEFAULT_ACCOUNT_ID, DEFAULT_WORKSPACE_ID, Endpoint, Fault, Setup};
use tempfile::TempDir;

use crate::world::{HOST, World};

const HOUR: Duration = Duration::from_secs(3600);
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
const OTHER_ACCOUNT: &str = "ac000000-0000-4000-8000-000000000002";

/// A machine, and what it remembers of hosts from one process to the next.
struct Machine {
    world: World,
    cache: Arc<dyn HostCache>,
}

impl Machine {
    fn new(setup: Setup) -> Self {
        Self::remembering(setup, Arc::new(MemoryHostCache::default()))
    }

    fn remembering(setup: Setup, cache: Arc<dyn HostCache>) -> Self {
        let world = World::new(setup);
        Self { world, cache }
    }

    fn builder(&self) -> lakekey::Builder {
        self.builder_for(HOST)
    }

    fn builder_for(&self, host: &str) -> lakekey::Builder {
        let cache = Arc::clone(&self.cache);
        self.world.builder().host(host).host_cache(cache)
    }

    /// The target, as a process of its own finds it.
    async fn target(&self) -> Target {
        self.builder().build().unwrap().target().await.unwrap()
    }

    fn inject(&self, fault: Fault) {
        let fault = fault.on(Endpoint::HostMetadata);
        self.world.mock(|mock| mock.inject(fault)).unwrap();
    }

    fn heal(&self) {
        self.world.mock(|mock| mock.clear_faults(None));
    }
}

fn unified() -> Target {
    Target::unified(
        HOST.parse().unwrap(),
        DEFAULT_ACCOUNT_ID.parse().unwrap(),
        None,
    )
}

fn workspace() -> Target {
    Target::workspace(HOST.parse().unwrap())
}

#[tokio::test]
async fn two_sign_ins_ask_once() {
    let machine = Machine::new(Setup::workspace());
    for _ in 0..2 {
        let credentials = machine.builder().build().unwrap();
        machine.world.sign_in(&credentials).await.unwrap();
    }
    assert_eq!(machine.world.asked(), 1);
}

#[tokio::test]
async fn an_answer_is_good_for_an_hour_and_for_every_process() {
    let machine = Machine::new(Setup::unified(DEFAULT_ACCOUNT_ID));
    assert_eq!(machine.target().await, unified());
    machine.world.advance(Duration::from_secs(3599));
    assert_eq!(machine.target().await, unified());
    assert_eq!(machine.world.asked(), 1);
    machine.world.advance(Duration::from_secs(1));
    assert_eq!(machine.target().await, unified());
    assert_eq!(machine.world.asked(), 2);
}

#[tokio::test]
async fn a_clock_that_was_wrong_makes_no_answer_last() {
    let machine = Machine::new(Setup::unified(DEFAULT_ACCOUNT_ID));
    machine.world.clock.suspend(YEAR);
    machine.target().await;
    machine.world.clock.step_back(YEAR);
    machine.target().await;
    assert_eq!(machine.world.asked(), 2, "an answer from the future");
    machine.target().await;
    assert_eq!(machine.world.asked(), 2);
}

#[tokio::test]
async fn a_host_that_gives_no_answer_is_left_alone_for_a_minute() {
    for fault in [
        Fault::new("http.status").param("status", 404),
        Fault::new("http.status").param("status", 500),
        Fault::new("http.hang").param("where", "before_headers"),
        Fault::new("http.reset").param("when", "before_commit"),
        Fault::new("http.body").param("bytes", "<html>sign in</html>"),
        Fault::new("http.redirect").param("location", "https://evil.example/"),
    ] {
        let machine = Machine::new(Setup::unified(DEFAULT_ACCOUNT_ID));
        machine.inject(fault.clone());
        for _ in 0..3 {
            assert_eq!(machine.target().await, workspace(), "{fault:?}");
        }
        assert_eq!(machine.world.asked(), 1, "{fault:?}");
        machine.heal();
        machine.world.advance(Duration::from_secs(59));
        assert_eq!(machine.target().await, workspace(), "{fault:?}");
        machine.world.advance(Duration::from_secs(1));
        assert_eq!(machine.target().await, unified(), "{fault:?}");
        assert_eq!(machine.world.asked(), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn the_last_answer_stands_in_while_there_is_no_new_one() {
    let machine = Machine::new(Setup::unified(DEFAULT_ACCOUNT_ID));
    machine.target().await;
    machine.inject(Fault::new("http.status").param("status", 503));
    machine.world.advance(HOUR * 24 * 29);
    assert_eq!(machine.target().await, unified());
    machine.world.advance(HOUR * 24);
    assert_eq!(machine.target().await, workspace());
    assert_eq!(machine.world.asked(), 3);
}

#[tokio::test]
async fn an_endpoint_elsewhere_is_refused_each_time() {
    let machine = Machine::new(Setup::workspace());
    let foreign = Fault::new("disco.set").param("oidc_endpoint", "https://evil.example/oidc");
    machine.inject(foreign);
    for asked in 1..3 {
        let credentials = machine.builder().build().unwrap();
        let error = machine.world.sign_in(&credentials).await.unwrap_err();
        assert_eq!(error.code(), Code::DiscoveryUntrusted);
        assert_eq!(machine.world.asked(), asked);
    }
}

/// A host, the account and workspace ids that are configured, what the host says, the target, and
/// how often the host is asked.
type Row<'a> = (
    &'a str,
    [&'a str; 2],
    &'a [(&'a str, &'a str)],
    &'a str,
    usize,
);

#[rustfmt::skip]
const ROWS: &[Row<'_>] = &[
    // The name of an account console outweighs what it says, and spares the question.
    ("https://accounts.example.com", ["a", ""], &[], "account a", 0),
    ("https://accounts-dod.example.com", ["a", "1"], &[], "account a", 0),
    // The kind that the host gives itself, where there is an account id.
    (HOST, ["", ""], &[("host_type", "workspace")], "workspace", 1),
    (HOST, ["", ""], &[("host_type", "unified")], "workspace", 1),
    (HOST, ["a", ""], &[("host_type", "workspace")], "workspace", 1),
    (HOST, ["a", ""], &[("host_type", "ACCOUNT")], "account a", 1),
    (HOST, ["a", ""], &[("host_type", "Unified")], "unified a -", 1),
    (HOST, ["a", ""], &[("host_type", "custom")], "workspace", 1),
    // An issuer of accounts, with a place for the account id.
    (HOST, ["", ""], &[("oidc_endpoint", ISSUER)], "workspace", 1),
    (HOST, ["a", ""], &[("oidc_endpoint", ISSUER)], "unified a -", 1),
    (HOST, ["a", "1"], &[("oidc_endpoint", ISSUER)], "unified a 1", 1),
    // Gaps are filled, and only gaps.
    (HOST, ["", ""], &[("host_type", "unified"), ("account_id", "m")], "unified m -", 1),
    (HOST, ["a", ""], &[("host_type", "unified"), ("account_id", "m")], "unified a -", 1),
    (HOST, ["a", ""], &[("host_type", "unified"), ("workspace_id", "2")], "unified a 2", 1),
    (HOST, ["a", "1"], &[("host_type", "unified"), ("workspace_id", "2")], "unified a 1", 1),
    // No workspace is a choice, too.
    (HOST, ["a", "none"], &[("host_type", "unified"), ("workspace_id", "2")], "unified a -", 1),
    // A host that says nothing of use is a workspace.
    (HOST, ["a", "1"], &[], "workspace", 1),
];

const ISSUER: &str = "https://adb-1.cloud.databricks.com/oidc/accounts/{account_id}";

#[tokio::test]
async fn account_workspace_and_unified_are_told_apart() {
    for (host, [account, workspace], says, expected, asked) in ROWS {
        let machine = Machine::new(Setup::workspace());
        let members = "oidc_endpoint,account_id,workspace_id,host_type";
        let silent = Fault::new("disco.omit").param("members", members);
        machine.inject(says.iter().fold(silent, |fault, (member, value)| {
            fault.and("disco.set").param(member, *value)
        }));
        let builder = machine.builder_for(host);
        let builder = builder.account_id(*account).workspace_id(*workspace);
        let target = builder.build().unwrap().target().await.unwrap();
        let row = format!("{host} {account:?} {workspace:?} {says:?}");
        assert_eq!(in_words(&target), *expected, "{row}");
        assert_eq!(machine.world.asked(), *asked, "{row}");
    }
}

fn in_words(target: &Target) -> String {
    match target {
        Target::Workspace { .. } => "workspace".to_owned(),
        Target::Account { account_id, .. } => format!("account {account_id}"),
        Target::Unified {
            account_id,
            workspace_id,
            ..
        } => {
            let workspace = workspace_id.as_ref().map_or("-", |id| id.as_str());
            format!("unified {account_id} {workspace}")
        }
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn gaps_in_the_settings_are_filled_and_say_so() {
    let machine = Machine::new(Setup::workspace());
    let credentials = machine.builder().account_id(OTHER_ACCOUNT).build().unwrap();
    let settings = credentials.discovered().await.unwrap();
    for (attribute, value, origin) in [
        (&HOST_ATTRIBUTE, HOST, Origin::Explicit),
        (&ACCOUNT_ID, OTHER_ACCOUNT, Origin::Explicit),
        (&WORKSPACE_ID, DEFAULT_WORKSPACE_ID, Origin::Metadata),
        (&CLOUD, "AWS", Origin::Metadata),
    ] {
        assert_eq!(settings.get(attribute), Some(value));
        assert_eq!(settings.origin(attribute), Some(&origin), "{attribute:?}");
    }
    assert!(credentials.settings().get(&CLOUD).is_none());
    machine.inject(Fault::new("http.status").param("status", 404));
    machine.world.advance(HOUR * 24 * 31);
    assert_eq!(
        &credentials.discovered().await.unwrap(),
        credentials.settings()
    );
}

#[tokio::test]
async fn a_login_of_an_account_that_only_the_host_named_is_renewed_there() {
    let machine = Machine::new(Setup::unified(DEFAULT_ACCOUNT_ID));
    let credentials = machine.builder().build().unwrap();
    let signed_in = machine.world.sign_in(&credentials).await.unwrap();
    assert_eq!(signed_in.target(), &unified());
    let old = credentials.token().await.unwrap();
    machine.inject(Fault::new("http.status").param("status", 500));
    machine.world.advance(HOUR);
    assert_ne!(
        machine.builder().build().unwrap().token().await.unwrap(),
        old
    );
}

#[tokio::test]
async fn a_token_that_is_good_needs_no_question() {
    let machine = Machine::new(Setup::workspace());
    let credentials = machine.builder().token("dapi-canary").build().unwrap();
    credentials.headers().await.unwrap();
    assert_eq!(machine.world.asked(), 0);
}

#[tokio::test]
async fn what_is_on_disk_is_for_the_next_process_and_a_damaged_file_is_none() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("hosts");
    let file = Arc::new(FileHostCache::new(&folder));
    let machine = Machine::remembering(Setup::unified(DEFAULT_ACCOUNT_ID), file.clone());
    machine.target().await;
    let cache = Arc::new(FileHostCache::new(&folder));
    let next = Machine::remembering(Setup::workspace(), cache);
    assert_eq!(next.target().await, unified());
    assert_eq!(next.world.asked(), 0);
    for damaged in ["", "\0\u{1}", "[[[[", "{\"host\":7}"] {
        file.save(HOST, damaged.as_bytes()).unwrap();
        let asked = next.world.asked();
        assert_eq!(next.target().await, workspace(), "{damaged:?}");
        assert_eq!(next.world.asked(), asked + 1, "{damaged:?}");
    }
    let kept = file.load(HOST).unwrap().unwrap();
    assert!(
        String::from_utf8(kept)
            .unwrap()
            .contains("\"workspace_id\"")
    );
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_costs_one_question_each() {
    let home = TempDir::new().unwrap();
    // A file where the folder should be.
    let place = tempfile::NamedTempFile::new_in(home.path()).unwrap();
    let cache = Arc::new(FileHostCache::new(place.path()));
    let machine = Machine::remembering(Setup::unified(DEFAULT_ACCOUNT_ID), cache);
    for _ in 0..2 {
        assert_eq!(machine.target().await, unified());
    }
    assert_eq!(machine.world.asked(), 2);
}
