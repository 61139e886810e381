//! What the server remembers: codes, sessions, and sign-ins in progress.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::SystemTime,
};

use crate::{rules::pkce::Challenge, site::Tenant};

/// Codes, families of refresh tokens, open consent pages, and what was counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    codes: BTreeMap<String, Code>,
    code_order: VecDeque<String>,
    families: Vec<Family>,
    tickets: VecDeque<Ticket>,
    revoked_ids: BTreeSet<String>,
    pub(crate) counters: Counters,
}

impl State {
    pub(crate) fn keep_code(&mut self, text: String, code: Code) {
        if self.code_order.len() == MAX_CODES
            && let Some(oldest) = self.code_order.pop_front()
        {
            self.codes.remove(&oldest);
        }
        self.code_order.push_back(text.clone());
        self.codes.insert(text, code);
        self.counters.codes += 1;
    }

    pub(crate) fn code(&self, text: &str) -> Option<&Code> {
        self.codes.get(text)
    }

    pub(crate) fn code_mut(&mut self, text: &str) -> Option<&mut Code> {
        self.codes.get_mut(text)
    }

    /// Adds a family and gives its number; the first is 1.
    pub(crate) fn found_family(&mut self, family: Family) -> u64 {
        self.families.push(family);
        self.families.len() as u64
    }

    pub(crate) fn family(&self, number: u64) -> Option<&Family> {
        self.families
            .get(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    pub(crate) fn family_mut(&mut self, number: u64) -> Option<&mut Family> {
        self.families
            .get_mut(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    pub(crate) fn families(&self) -> &[Family] {
        &self.families
    }

    pub(crate) fn revoke_family(&mut self, number: u64) {
        if let Some(family) = self.family_mut(number) {
            family.revoked = true;
        }
    }

    pub(crate) fn revoke_user(&mut self, user: &str) {
        self.families
            .iter_mut()
            .filter(|family| family.user == user)
            .for_each(|family| family.revoked = true);
    }

    pub(crate) fn revoke_id(&mut self, jti: &str) {
        self.revoked_ids.insert(jti.to_owned());
    }

    pub(crate) fn is_revoked(&self, jti: &str, family: u64) -> bool {
        self.revoked_ids.contains(jti) || self.family(family).is_some_and(|family| family.revoked)
    }

    pub(crate) fn keep_ticket(&mut self, ticket: Ticket) {
        if self.tickets.len() == MAX_TICKETS {
            self.tickets.pop_front();
        }
        self.tickets.push_back(ticket);
    }

    pub(crate) fn ticket(&self, id: &str) -> Option<&Ticket> {
        self.tickets.iter().find(|ticket| ticket.id == id)
    }

    /// Takes that ticket, or the oldest one.
    pub(crate) fn take_ticket(&mut self, id: Option<&str>) -> Option<Ticket> {
        let index = match id {
            Some(id) => self.tickets.iter().position(|ticket| ticket.id == id)?,
            None => 0,
        };
        self.tickets.remove(index)
    }

    /// The open sign-in pages, the oldest first.
    pub(crate) fn tickets(&self) -> impl Iterator<Item = &Ticket> {
        self.tickets.iter()
    }
}

/// How often what happened since the start or the last reset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Authorization codes given.
    pub codes: u64,
    /// Access tokens given, by whatever grant.
    pub issued: u64,
    /// Access tokens given for a refresh token.
    pub refreshed: u64,
    /// Refresh tokens that came back after they were spent.
    pub reuse_detected: u64,
}

/// An authorization code.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) client: String,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) user: String,
    pub(crate) tenant: Tenant,
    pub(crate) issued: SystemTime,
    pub(crate) fate: CodeFate,
}

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeFate {
    Waiting,
    /// A wrong verifier used it up.
    Burned,
    /// It was redeemed; the number is the family it founded.
    Redeemed(u64),
}

/// All tokens that descend from one sign-in.
#[derive(Debug, Clone)]
pub(crate) struct Family {
    pub(crate) client: String,
    pub(crate) user: String,
    pub(crate) tenant: Tenant,
    pub(crate) scope: String,
    pub(crate) created: SystemTime,
    /// When its refresh token was last issued or used.
    pub(crate) used: SystemTime,
    /// How often the refresh token has been replaced.
    pub(crate) generation: u64,
    pub(crate) rotated: Option<SystemTime>,
    pub(crate) revoked: bool,
}

/// An authorization request that passed every rule.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) client: String,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) scope: String,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) tenant: Tenant,
    pub(crate) issuer: String,
}

/// A consent page that somebody is looking at.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    pub(crate) id: String,
    pub(crate) csrf: String,
    pub(crate) ask: Ask,
}

const MAX_CODES: usize = 100_000;
const MAX_TICKETS: usize = 1_000;
