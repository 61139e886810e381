//! Every store of this crate keeps the contract.

use lakekey_store::{MemoryStore, contract};

use crate::common::{self, Home};

#[test]
fn memory() {
    let store = MemoryStore::new();
    contract(|| Box::new(store.clone()));
}

#[test]
fn file() {
    let home = Home::empty();
    contract(|| Box::new(home.store()));
}

#[test]
fn file_beside_entries_of_other_tools() {
    let home = Home::with(common::OFFICIAL);
    contract(|| Box::new(home.store()));
    assert_eq!(common::read(&home.cache()), common::OFFICIAL);
}
