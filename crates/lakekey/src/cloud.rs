//! Which cloud a host is on, and so whose strategies are asked.

use lakekey_cloud::attributes::AZURE_WORKSPACE_RESOURCE_ID;
use lakekey_cloud::{Cloud, Clouds};
use lakekey_config::AUTH_TYPE;
use lakekey_core::{Code, Context, Error, Login, Settings, Strategy};
use lakekey_endpoints::Host;

use crate::chain::answers_to;
use crate::discover::CLOUD;
use crate::hosts::Hosts;

/// The cloud whose strategies are asked, and what tells that it is that one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChosenCloud {
    /// Its name, in lower case.
    pub name: &'static str,
    /// What tells.
    pub reason: String,
}

/// A cloud, or that only the host's own words would tell it.
pub(crate) struct Choice<'a> {
    clouds: &'a Clouds,
    host: Option<Host>,
    cloud: Option<(&'a dyn Cloud, String)>,
}

impl<'a> Choice<'a> {
    /// The cloud that the settings name, without any network:
    ///
    /// 1. by `cloud`, in any case; a name that no cloud has counts for nothing;
    /// 2. by the host's zone;
    /// 3. by an Azure resource id;
    /// 4. by an `auth_type` that is a way of one cloud alone, unless the host is this machine.
    pub(crate) fn of(clouds: &'a Clouds, settings: &Settings) -> Result<Self, Error> {
        let host = settings.host()?;
        let cloud = named(clouds, settings)
            .or_else(|| below_a_zone(clouds, host.as_ref()))
            .or_else(|| by_resource_id(clouds, settings))
            .or_else(|| by_auth_type(clouds, host.as_ref(), settings));
        Ok(Self {
            clouds,
            host,
            cloud,
        })
    }

    /// What the cloud adds.
    pub(crate) fn strategies(&self) -> Vec<Box<dyn Strategy>> {
        let cloud = self.cloud.as_ref();
        cloud.map_or_else(Vec::new, |(cloud, _)| cloud.strategies())
    }

    pub(crate) fn chosen(&self) -> Option<ChosenCloud> {
        let (cloud, reason) = self.cloud.as_ref()?;
        Some(ChosenCloud {
            name: cloud.name(),
            reason: reason.clone(),
        })
    }

    /// Checks that `auth_type` is not a way of another cloud.
    pub(crate) fn check(
        &self,
        strategies: &[Box<dyn Strategy>],
        settings: &Settings,
    ) -> Result<(), Error> {
        let Some(pinned) = settings.get(&AUTH_TYPE) else {
            return Ok(());
        };
        let is_known = strategies.iter().any(|known| answers_to(&**known, pinned));
        let Some(other) = owner_of(self.clouds, pinned).filter(|_| !is_known) else {
            return Ok(());
        };
        let (other, host) = (other.name(), self.host.as_ref());
        let subject = host.map_or_else(|| "this login".to_owned(), Host::to_string);
        let (place, note) = match &self.cloud {
            Some((chosen, reason)) => (chosen.name(), reason.as_str()),
            None => ("no cloud", "the host is on this machine"),
        };
        let message = format!("{pinned} is for hosts on {other}, and {subject} is on {place}");
        let error = Error::new(Code::Config, message)
            .with_note(note)
            .with_hint(format!(
                "set `cloud` to {other} if that is wrong, or leave auth_type out"
            ));
        Err(settings.with_origin_of(error, &AUTH_TYPE))
    }

    /// Who asks the host for its cloud when all else has failed; `None` where its cloud is known,
    /// where one strategy is pinned, which would have told it, and for this machine, which is no
    /// cloud's.
    pub(crate) fn late(self, hosts: &Hosts, settings: &Settings) -> Option<Late> {
        let is_open = self.cloud.is_none() && settings.get(&AUTH_TYPE).is_none();
        Some(Late {
            host: self.host.filter(|host| is_open && !host.is_loopback())?,
            clouds: self.clouds.clone(),
            hosts: hosts.clone(),
            settings: settings.clone(),
        })
    }
}

/// The strategies of the cloud that only the host itself names, such as one of a custom domain.
#[derive(Debug)]
pub(crate) struct Late {
    host: Host,
    clouds: Clouds,
    hosts: Hosts,
    settings: Settings,
}

impl Late {
    /// Asks the host for its cloud, and the strategies of that cloud for logins; none where the
    /// host does not say.
    pub(crate) async fn logins(&self, cx: &Context) -> Result<Vec<(&'static str, Login)>, Error> {
        let metadata = match self.hosts.metadata(cx, &self.host).await {
            Ok(metadata) => metadata,
            Err(error) => {
                cx.observer().survived(&error);
                None
            }
        };
        let name = metadata.and_then(|metadata| metadata.cloud);
        let cloud = name.and_then(|name| self.clouds.named(&name));
        let strategies = cloud.map(Cloud::strategies).unwrap_or_default();
        let mut logins = Vec::new();
        for strategy in strategies {
            let login = strategy.login(&self.settings)?;
            logins.extend(login.map(|login| (strategy.name(), login)));
        }
        Ok(logins)
    }
}

type Told<'a> = Option<(&'a dyn Cloud, String)>;

fn named<'a>(clouds: &'a Clouds, settings: &Settings) -> Told<'a> {
    let cloud = clouds.named(settings.get(&CLOUD)?)?;
    Some((cloud, "`cloud` says so".to_owned()))
}

fn below_a_zone<'a>(clouds: &'a Clouds, host: Option<&Host>) -> Told<'a> {
    let owner = clouds.owner(host?)?;
    let zone = owner.zone.suffix();
    Some((owner.cloud, format!("the host is below {zone}")))
}

fn by_resource_id<'a>(clouds: &'a Clouds, settings: &Settings) -> Told<'a> {
    let row = &AZURE_WORKSPACE_RESOURCE_ID;
    settings.get(row).filter(|id| !id.is_empty())?;
    let cloud = clouds.named("azure")?;
    Some((cloud, format!("`{}` is set", row.key())))
}

fn by_auth_type<'a>(clouds: &'a Clouds, host: Option<&Host>, settings: &Settings) -> Told<'a> {
    if host.is_some_and(Host::is_loopback) {
        return None;
    }
    let pinned = settings.get(&AUTH_TYPE)?;
    let cloud = owner_of(clouds, pinned)?;
    Some((cloud, format!("auth_type is {pinned}")))
}

/// The cloud that has a strategy of this name.
fn owner_of<'a>(clouds: &'a Clouds, strategy: &str) -> Option<&'a dyn Cloud> {
    let has = |cloud: &&dyn Cloud| {
        let strategies = cloud.strategies();
        strategies.iter().any(|known| known.name() == strategy)
    };
    clouds.iter().filter(has).last()
}
