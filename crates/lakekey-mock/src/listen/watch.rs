//! The end of an answer.

use std::sync::Arc;

use super::Shared;

/// An answer under way. When it is dropped, the journal learns whether it was given whole.
#[derive(Debug)]
pub(crate) struct Watch {
    pub(super) shared: Arc<Shared>,
    pub(super) sequence: u64,
    pub(super) whole: bool,
}

impl Watch {
    /// Takes note that nothing more is to come.
    pub(crate) fn is_whole(&mut self) {
        self.whole = true;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.lock().end(self.sequence, self.whole);
        self.shared.notify();
    }
}
