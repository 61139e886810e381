//! A certified client, in a script that answers questions about a server.

use serde_json::{Value, json};

use crate::interop::Session;
use crate::node::Node;
use crate::stage::{Home, ensure};
use crate::terminal::Failure;

/// A running script of `xtask/node` that uses one package as a client does.
pub(super) struct Judge {
    session: Session,
    _home: Home,
}

impl Judge {
    pub(super) fn start(node: &Node, script: &'static str) -> Result<Self, Failure> {
        let home = Home::new()?;
        let session = Session::start(script, &mut node.command(&home, script))?;
        Ok(Self {
            session,
            _home: home,
        })
    }

    /// Lets the client do something, which must succeed.
    pub(super) fn ask(&mut self, what: &str, about: &Value) -> Result<Value, Failure> {
        let answer = self.answer(what, about)?;
        ensure(answer["refused"].is_null(), || {
            format!("`{what}` is refused: {}", answer["why"])
        })?;
        Ok(answer)
    }

    /// Lets the client do something that it must refuse, for a reason that has this code and names
    /// this word.
    pub(super) fn refuses(
        &mut self,
        what: &str,
        about: &Value,
        (code, word): (&str, &str),
    ) -> Result<(), Failure> {
        let answer = self.answer(what, about)?;
        let why = answer["why"].as_str().unwrap_or_default();
        ensure(answer["refused"] == code && why.contains(word), || {
            format!("`{what}` must be refused with {code} for its {word}, but gives {answer}")
        })
    }

    fn answer(&mut self, what: &str, about: &Value) -> Result<Value, Failure> {
        let mut question = about.clone();
        question["ask"] = json!(what);
        self.session.answer_to(&question)
    }
}
