//! The end of an answer.

use std::sync::Arc;

use super::Shared;

/// An answer under way. When it is dropped, the journal learns whether it was given whole.
#[derive(Debug)]
pub(crate) struct Watch {
    shared: Arc<Shared>,
    sequence: u64,
    whole: bool,
}

impl Watch {
    pub(super) fn new(shared: &Arc<Shared>, sequence: u64) -> Self {
        Self {
            shared: Arc::clone(shared),
            sequence,
            whole: false,
        }
    }

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
