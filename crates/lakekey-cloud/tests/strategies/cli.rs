#![expect(
    clippy::disallowed_methods,
    reason = "the stand-in reads its settings from a file"
)]

use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use lakekey_cloud::AzureCli;
use lakekey_cloud::attributes::{AZURE_TENANT_ID, AZURE_WORKSPACE_RESOURCE_ID};
use lakekey_core::{
    Attribute, BoxFuture, Clock, Code, Context, Error, HOST, Kind, Login, Strategy,
};
use tempfile::TempDir;

use crate::world::{NOW, Still, Wire, context, headers, settings, wait};

const WORKSPACE: (&Attribute, &str) = (&HOST, "https://adb-123.4.azuredatabricks.net");
const TENANT: (&Attribute, &str) = (&AZURE_TENANT_ID, "abc");
const RESOURCE: (&Attribute, &str) = (
    &AZURE_WORKSPACE_RESOURCE_ID,
    "/subscriptions/123/resourceGroups/abc/providers/Microsoft.Databricks/workspaces/abc123",
);
const APPLICATION: &str = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";
const MANAGEMENT: &str = "https://management.core.windows.net/";

/// A folder with a stand-in for the Azure CLI.
struct Stub(TempDir);

impl Stub {
    fn with(variables: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/az/az");
        symlink(script, folder.path().join("az")).unwrap();
        std::fs::write(folder.path().join("settings"), variables).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn login(&self, given: &[(&Attribute, &str)]) -> Login {
        let cli = AzureCli::at(self.path("az"));
        cli.login(&settings(given)).unwrap().unwrap()
    }

    fn headers(&self, given: &[(&Attribute, &str)]) -> Result<Vec<String>, Error> {
        headers(&self.login(given), &context(&Wire::answering([])))
    }

    fn calls(&self) -> Vec<String> {
        let calls = std::fs::read_to_string(self.path("calls")).unwrap_or_default();
        let calls = calls.lines().map(|line| {
            let line = line.strip_suffix(" --output json");
            line.expect("JSON is asked for").to_owned()
        });
        calls.collect()
    }
}

fn asks(resource: &str, further: &str) -> String {
    let asked = format!("account get-access-token --resource {resource} {further}");
    asked.trim_end().to_owned()
}

#[test]
fn both_tokens_are_those_of_the_tenant() {
    let stub = Stub::with("");
    assert_eq!(
        stub.headers(&[WORKSPACE, TENANT, RESOURCE]).unwrap(),
        [
            format!("authorization: token-for-{APPLICATION}"),
            format!("x-databricks-azure-sp-management-token: token-for-{MANAGEMENT}"),
            format!("x-databricks-azure-workspace-resource-id: {}", RESOURCE.1),
        ]
    );
    assert_eq!(
        stub.calls(),
        [
            "account show".to_owned(),
            asks(APPLICATION, "--tenant abc"),
            asks(MANAGEMENT, "--tenant abc"),
        ]
    );
}

#[test]
fn nothing_is_run_before_a_token_is_needed() {
    let stub = Stub::with("");
    stub.login(&[WORKSPACE]);
    assert!(stub.calls().is_empty());
}

#[test]
fn a_managed_identity_names_no_tenant() {
    let identity = "FAIL_IF_TENANT_ID_SET=true AZ_USER_NAME=systemAssignedIdentity AZ_USER_TYPE=servicePrincipal";
    let stub = Stub::with(identity);
    assert_eq!(stub.headers(&[WORKSPACE, TENANT]).unwrap().len(), 2);
    assert_eq!(stub.calls()[1], asks(APPLICATION, ""));
}

#[test]
fn a_service_principal_is_also_tried_without_its_tenant() {
    let stub =
        Stub::with("FAIL_IF_TENANT_ID_SET=true AZ_USER_NAME=a-b AZ_USER_TYPE=servicePrincipal");
    assert_eq!(stub.headers(&[WORKSPACE, TENANT]).unwrap().len(), 2);
    assert_eq!(
        stub.calls()[1..3],
        [asks(APPLICATION, "--tenant abc"), asks(APPLICATION, "")]
    );
}

#[test]
fn without_a_tenant_the_subscription_of_the_workspace_is_tried_first() {
    let stub = Stub::with("FAIL_IF=--subscription");
    assert_eq!(stub.headers(&[RESOURCE]).unwrap().len(), 3);
    assert_eq!(
        stub.calls()[1..3],
        [
            asks(APPLICATION, "--subscription 123"),
            asks(APPLICATION, "")
        ]
    );
}

#[test]
fn the_management_token_is_left_out_when_it_cannot_be_had() {
    let stub = Stub::with(&format!("FAIL_IF={MANAGEMENT}"));
    let headers = stub.headers(&[WORKSPACE, TENANT]).unwrap();
    assert_eq!(headers, [format!("authorization: token-for-{APPLICATION}")]);
}

#[test]
fn a_token_lives_until_the_moment_the_cli_names() {
    let stub = Stub::with(&format!("EXPIRES_ON={}", NOW + 600));
    let login = stub.login(&[WORKSPACE, TENANT]);
    let cx = context(&Wire::answering([]));
    let token = wait(login.authorization.token(&cx)).unwrap();
    assert_eq!(token.lifetime(), Some(Duration::from_secs(600)));
}

#[test]
fn whoever_is_not_signed_in_is_told_to() {
    for (failure, note) in [
        ("show", "it says: Please run 'az login' to setup account."),
        (
            "logout",
            "it says: No subscription found. Run 'az account set' to select a subscription.",
        ),
        ("yes", "it says: This is just a failing script."),
    ] {
        let stub = Stub::with(&format!("FAIL={failure}"));
        let error = stub.headers(&[WORKSPACE, TENANT]).unwrap_err();
        assert_eq!(error.kind(), Kind::Absent, "{failure}");
        assert_eq!(error.notes(), [note]);
        assert_eq!(error.hint(), Some("az login"));
    }
}

#[test]
fn a_cli_that_is_not_there_is_absent() {
    let cli = AzureCli::at("/nowhere/az");
    let login = cli.login(&settings(&[WORKSPACE])).unwrap().unwrap();
    let error = headers(&login, &context(&Wire::answering([]))).unwrap_err();
    assert_eq!(error.code(), Code::NotConfigured);
    assert!(error.hint().unwrap().contains("az login"));
}

#[test]
fn an_answer_that_is_no_json_is_an_error() {
    let stub = Stub::with("FAIL=corrupt");
    let error = stub.headers(&[WORKSPACE, TENANT]).unwrap_err();
    assert_eq!(error.code(), Code::InvalidTokenResponse);
}

#[test]
fn what_could_be_an_option_is_never_an_argument() {
    for tenant in ["-t", "--help", "a b", "a;b", "$(x)"] {
        let given = settings(&[WORKSPACE, (&AZURE_TENANT_ID, tenant)]);
        let error = AzureCli::at("az").login(&given).unwrap_err();
        assert_eq!(error.code(), Code::Config, "{tenant}");
    }
    let stub = Stub::with("");
    let odd = (&AZURE_WORKSPACE_RESOURCE_ID, "/subscriptions/--help/x");
    stub.headers(&[odd]).unwrap();
    assert_eq!(stub.calls()[1], asks(APPLICATION, ""));
}

#[test]
fn a_cli_that_hangs_is_ended() {
    let stub = Stub::with("FAIL=hang");
    let login = stub.login(&[WORKSPACE, TENANT]);
    let clock = Hasty {
        from: stub.path("pid"),
        elapsed: Mutex::default(),
    };
    let cx = Context::new(Wire::answering([]), Arc::new(clock));
    let error = headers(&login, &cx).unwrap_err();
    assert_eq!(error.code(), Code::Timeout);
    assert_eq!(
        error.to_string(),
        "the Azure CLI did not answer within 30 s"
    );
    let pid = std::fs::read_to_string(stub.path("pid")).unwrap();
    let pid = rustix::process::Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
    rustix::process::test_kill_process(pid).unwrap_err();
}

/// A clock that does not wait, from when a file is there.
#[derive(Debug)]
struct Hasty {
    from: PathBuf,
    elapsed: Mutex<Duration>,
}

impl Clock for Hasty {
    fn now(&self) -> SystemTime {
        Still.now()
    }

    fn elapsed(&self) -> Duration {
        *self.elapsed.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let is_there = std::fs::read_to_string(&self.from).is_ok_and(|text| text.ends_with('\n'));
        if is_there {
            *self.elapsed.lock().unwrap() += duration;
        }
        Still.sleep(duration)
    }
}
