//! Barriers: requests that wait for a word.

use std::{collections::HashMap, sync::Arc};

use tokio::sync::Semaphore;

/// The barriers by name.
#[derive(Debug, Default)]
pub(crate) struct Gates(HashMap<String, Gate>);

#[derive(Debug)]
struct Gate {
    passes: Arc<Semaphore>,
    held: usize,
}

impl Gates {
    /// Comes to a barrier. Whoever gets a pass from the semaphore goes on, and must then [`leave`](Self::leave).
    pub(crate) fn arrive(&mut self, name: &str) -> Arc<Semaphore> {
        let gate = self.gate(name);
        gate.held += 1;
        Arc::clone(&gate.passes)
    }

    pub(crate) fn leave(&mut self, name: &str) {
        let gate = self.gate(name);
        gate.held = gate.held.saturating_sub(1);
    }

    /// Lets one request pass.
    pub(crate) fn release(&mut self, name: &str) {
        self.gate(name).passes.add_permits(1);
    }

    /// How many requests wait.
    pub(crate) fn held(&self, name: &str) -> usize {
        self.0.get(name).map_or(0, |gate| gate.held)
    }

    /// Lets every request pass that waits, and forgets the passes nobody took.
    pub(crate) fn open_all(&mut self) {
        for (_, gate) in self.0.drain() {
            gate.passes.close();
        }
    }

    fn gate(&mut self, name: &str) -> &mut Gate {
        self.0.entry(name.to_owned()).or_insert_with(|| Gate {
            passes: Arc::new(Semaphore::new(0)),
            held: 0,
        })
    }
}
