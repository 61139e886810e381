use lakekey_core::{Code, Error};

use super::document::{ProfileFile, Section};
use super::names::{checked_name, shown};
use super::parse::Kind;
use crate::nearest::nearest;

impl ProfileFile {
    /// Gives a profile another name, in all places where its section stands.
    ///
    /// If it was the default profile, `[__settings__] default_profile` follows. A login is kept
    /// under the name of its profile: whoever renames a profile moves its login too.
    ///
    /// # Errors
    ///
    /// [`Code::Usage`] when there is no profile `from`, when `to` is taken or no name, and for
    /// keys before the first section, which have no name to change.
    ///
    /// ```
    /// use lakekey_config::ProfileFile;
    ///
    /// let mut file = ProfileFile::parse("[dev] ; mine\nhost = https://w.example\n")?;
    /// file.rename_profile("dev", "development")?;
    /// assert_eq!(file.to_string(), "[development] ; mine\nhost = https://w.example\n");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn rename_profile(&mut self, from: &str, to: &str) -> Result<(), Error> {
        checked_name(to)?;
        if self.profile(from).is_none() {
            return Err(self.unknown(from));
        }
        if from == to {
            return Ok(());
        }
        if self.profile(to).is_some() {
            let message = format!("there is a profile `{}` already", shown(to));
            return Err(Error::new(Code::Usage, message).with_hint("choose another name"));
        }
        let was_default = self.default_profile().as_deref() == Some(from);
        let mut next = self.with_headers(from, to)?;
        if was_default {
            next.name_default(to)?;
        }
        *self = next;
        Ok(())
    }

    fn with_headers(&self, from: &str, to: &str) -> Result<Self, Error> {
        let sections: Vec<_> = self
            .sections()
            .filter(|section| section.name == from)
            .collect();
        let mut next = self.clone();
        for Section { items, .. } in sections.iter().rev() {
            let Kind::Header { name } = &self.items[items.start].kind else {
                let message = "the keys before the first section have no name to change";
                return Err(
                    Error::new(Code::Usage, message).with_hint("write a line [DEFAULT] above them")
                );
            };
            next.replace(name.clone(), to)?;
        }
        Ok(next)
    }

    fn unknown(&self, name: &str) -> Error {
        let message = format!("there is no profile `{}` to rename", shown(name));
        let near = nearest(name, self.profiles().map(|profile| profile.name()));
        let hint = near.first().map_or_else(
            || "lakekey auth profiles".to_owned(),
            |near| format!("did you mean `{}`?", shown(near)),
        );
        Error::new(Code::Usage, message).with_hint(hint)
    }
}
