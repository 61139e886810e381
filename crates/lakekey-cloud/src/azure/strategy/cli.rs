use std::path::PathBuf;
use std::sync::Arc;

use lakekey_core::{BoxFuture, Context, Error, Kind, Login, Settings, Strategy, Token};

use super::{Management, Principal, login};
use crate::azure::az::{Account, Az};
use crate::azure::directory::Directory;
use crate::azure::place::Place;

/// The sign-in of the Azure CLI: whoever said `az login`, and may use Azure Databricks.
///
/// The CLI is started when a token is needed and not before, without a shell, and ended when it
/// takes longer than 30 s. The strategy `azure-cli` of hosts on Azure looks for `az` in `PATH`; one
/// at another place is given to credentials as a strategy of the program's own:
///
/// ```
/// use lakekey_cloud::AzureCli;
/// use lakekey_core::{HOST, Origin, Settings, Strategy};
///
/// let settings = Settings::default().with(&HOST, "adb-1.2.azuredatabricks.net", Origin::Explicit);
/// assert!(AzureCli::at("/opt/azure/bin/az").login(&settings)?.is_some());
/// # Ok::<(), lakekey_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AzureCli {
    program: PathBuf,
}

impl AzureCli {
    /// The Azure CLI at this path; a bare name is looked up in `PATH`.
    pub fn at(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
        }
    }
}

impl Default for AzureCli {
    /// The one in `PATH`: `az`, on Windows `az.cmd`.
    fn default() -> Self {
        Self::at(if cfg!(windows) { "az.cmd" } else { "az" })
    }
}

impl Strategy for AzureCli {
    fn name(&self) -> &'static str {
        "azure-cli"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let Some(place) = Place::of(settings)? else {
            return Ok(None);
        };
        let resource = place.resource.as_ref();
        let principal = Person {
            az: Az::new(self.program.clone()),
            directory: Directory::of(settings, &place)?,
            subscription: resource.and_then(|id| id.subscription().map(str::to_owned)),
        };
        Ok(Some(login(
            Arc::new(principal),
            &place,
            Management::Optional,
        )))
    }
}

#[derive(Debug)]
struct Person {
    az: Az,
    directory: Option<Directory>,
    subscription: Option<String>,
}

impl Principal for Person {
    fn token_for<'a>(
        &'a self,
        cx: &'a Context,
        resource: &'a str,
    ) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move {
            let account = self.az.account(cx).await?;
            let tenant = match account {
                Account::ManagedIdentity => None,
                Account::Person | Account::ServicePrincipal => self.tenant(cx).await,
            };
            let attempts = attempts(account, tenant, self.subscription.as_deref());
            let (last, earlier) = attempts.split_last().expect("there is always one attempt");
            for further in earlier {
                match self.az.token(cx, resource, further).await {
                    Err(error) if error.kind() == Kind::Absent => {}
                    outcome => return outcome,
                }
            }
            self.az.token(cx, resource, last).await
        })
    }
}

impl Person {
    /// The tenant of the workspace; without one, the CLI uses that of its current subscription.
    async fn tenant(&self, cx: &Context) -> Option<&str> {
        match self.directory.as_ref()?.tenant(cx).await {
            Ok(tenant) => Some(tenant.as_str()),
            Err(error) => {
                cx.observer().survived(&error);
                None
            }
        }
    }
}

/// What the CLI is told of whose token is meant, one attempt after another.
///
/// 1. The tenant, where it is known. A service principal with a federated token may not name it,
///    so it is also tried without.
/// 2. Or else the subscription of the workspace, since it implies the tenant.
/// 3. Or else nothing.
fn attempts<'a>(
    account: Account,
    tenant: Option<&'a str>,
    subscription: Option<&'a str>,
) -> Vec<Vec<&'a str>> {
    match (tenant, subscription) {
        (Some(tenant), _) if account == Account::ServicePrincipal => {
            vec![vec!["--tenant", tenant], Vec::new()]
        }
        (Some(tenant), _) => vec![vec!["--tenant", tenant]],
        (None, Some(id)) => vec![vec!["--subscription", id], Vec::new()],
        (None, None) => vec![Vec::new()],
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, attempts};

    #[test]
    fn tenant_before_subscription_before_nothing() {
        use Account::{ManagedIdentity, Person, ServicePrincipal};
        const NONE: &[&str] = &[];
        let tenant: &[&str] = &["--tenant", "t"];
        let subscription: &[&str] = &["--subscription", "s"];
        for (account, known, workspace, expected) in [
            (Person, Some("t"), Some("s"), vec![tenant]),
            (Person, None, Some("s"), vec![subscription, NONE]),
            (Person, None, None, vec![NONE]),
            (ServicePrincipal, Some("t"), Some("s"), vec![tenant, NONE]),
            (ServicePrincipal, None, Some("s"), vec![subscription, NONE]),
            (ManagedIdentity, None, Some("s"), vec![subscription, NONE]),
            (ManagedIdentity, None, None, vec![NONE]),
        ] {
            assert_eq!(attempts(account, known, workspace), expected);
        }
    }
}
