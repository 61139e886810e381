//! What a check leaves behind, and what is wrong with it whatever the check itself says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Counted, Probe, Server};
use crate::catalogue::Side;
use crate::journey::Journey;
use crate::trial::Status;

/// What was seen during a check.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) kind: Option<String>,
    pub(crate) token_posts: u64,
    pub(crate) fault_hits: BTreeMap<String, u64>,
    pub(crate) rules: BTreeSet<&'static str>,
    pub(crate) journey: Journey,
}

impl Probe {
    /// Ends the check: stops what it started and gives the evidence, with what is wrong with it.
    pub(crate) fn finish(self) -> (Evidence, Option<(Status, String)>) {
        let evidence = self.evidence();
        if let Some(what) = self.lacking {
            return (evidence, Some((Status::Skipped, what)));
        }
        let complaint = vacuous(&evidence);
        let complaint = complaint.map(|words| (Status::Vacuous, words));
        let complaint =
            complaint.or_else(|| self.failed(&evidence).map(|words| (Status::Failed, words)));
        (evidence, complaint)
    }

    fn evidence(&self) -> Evidence {
        let posts = self
            .servers
            .iter()
            .map(|server| server.token_posts().len() as u64)
            .sum();
        let requests = self.servers.iter().flat_map(Server::requests);
        let mut fault_hits = self.hits.clone();
        for report in self.servers.iter().flat_map(Server::faults) {
            for name in report.names {
                *fault_hits.entry(name).or_default() += report.hits;
            }
        }
        Evidence {
            kind: self.kind.clone(),
            token_posts: match self.counted {
                Counted::Automatically => posts,
                Counted::ByTheCheck(posts) => posts,
            },
            fault_hits,
            rules: requests.filter_map(|request| request.rule).collect(),
            journey: self.journey(),
        }
    }

    fn failed(&self, evidence: &Evidence) -> Option<String> {
        let leak = self.leak();
        leak.or_else(|| self.wrong_kind(evidence))
            .or_else(|| self.wrong_posts(evidence))
    }

    fn journey(&self) -> Journey {
        let journals: Vec<_> = self.servers.iter().map(Server::requests).collect();
        let secrets = [self.secrets_of_servers(), self.transcripts.secrets()].concat();
        Journey::of(self.entry.side, &self.starts, &journals, &secrets)
    }

    fn secrets_of_servers(&self) -> Vec<String> {
        let servers = self.servers.iter();
        servers
            .flat_map(|server| server.with(|mock| mock.secrets()))
            .collect()
    }

    fn leak(&self) -> Option<String> {
        let secrets = self.secrets_of_servers();
        let access = self.servers.iter().flat_map(access_tokens).collect();
        self.transcripts.leak(&secrets, &access)
    }

    /// A client case must say how it ended, and it must be one of the ways that are right.
    fn wrong_kind(&self, evidence: &Evidence) -> Option<String> {
        if self.entry.side == Side::Server {
            return None;
        }
        let kinds = &self.entry.kinds;
        match &evidence.kind {
            Some(kind) if kinds.contains(kind) => None,
            Some(kind) => Some(format!(
                "it ended as `{kind}`, wanted {}",
                kinds.join(" or ")
            )),
            None => Some("the check does not say which kind it saw".to_owned()),
        }
    }

    fn wrong_posts(&self, evidence: &Evidence) -> Option<String> {
        let found = evidence.token_posts;
        let right = self.entry.allows_posts(self.variant, found);
        (!right).then(|| format!("{found} token requests were sent"))
    }
}

/// A fault that was asked for and never came.
fn vacuous(evidence: &Evidence) -> Option<String> {
    let never = evidence.fault_hits.iter().find(|(_, hits)| **hits == 0);
    never.map(|(name, _)| format!("the fault `{name}` never happened"))
}

fn access_tokens(server: &Server) -> Vec<String> {
    let documents = server.requests().into_iter();
    let documents = documents
        .filter_map(|request| serde_json::from_slice::<Value>(&request.response_body).ok());
    documents
        .filter_map(|document| document["access_token"].as_str().map(str::to_owned))
        .collect()
}
